import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.concurrent.TimeUnit;

/** `Sender grpc|http ENDPOINT SERVICE COUNT`: spans, log records and a counter by the Java SDK. */
public class Sender {
  public static void main(String[] args) {
    boolean grpc = args[0].equals("grpc");
    String to = args[1];
    int count = Integer.parseInt(args[3]);
    Resource resource =
        Resource.getDefault().toBuilder().put(AttributeKey.stringKey("service.name"), args[2]).build();
    SpanExporter spans =
        grpc
            ? OtlpGrpcSpanExporter.builder().setEndpoint(to).setCompression("gzip").build()
            : OtlpHttpSpanExporter.builder().setEndpoint(to + "/v1/traces").setCompression("gzip").build();
    LogRecordExporter logs =
        grpc
            ? OtlpGrpcLogRecordExporter.builder().setEndpoint(to).build()
            : OtlpHttpLogRecordExporter.builder().setEndpoint(to + "/v1/logs").build();
    MetricExporter metrics =
        grpc
            ? OtlpGrpcMetricExporter.builder().setEndpoint(to).build()
            : OtlpHttpMetricExporter.builder().setEndpoint(to + "/v1/metrics").build();
    var tracers =
        SdkTracerProvider.builder()
            .setResource(resource)
            .addSpanProcessor(BatchSpanProcessor.builder(spans).build())
            .build();
    var loggers =
        SdkLoggerProvider.builder()
            .setResource(resource)
            .addLogRecordProcessor(BatchLogRecordProcessor.builder(logs).build())
            .build();
    var meters =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerMetricReader(PeriodicMetricReader.create(metrics))
            .build();
    for (int i = 0; i < count; i++) {
      tracers.get("peer").spanBuilder("work").setNoParent().setAttribute("index", i).startSpan().end();
      loggers.get("peer").logRecordBuilder().setBody("line " + i).emit();
    }
    meters.get("peer").counterBuilder("peer.work").build().add(count);
    tracers.shutdown().join(30, TimeUnit.SECONDS);
    loggers.shutdown().join(30, TimeUnit.SECONDS);
    meters.shutdown().join(30, TimeUnit.SECONDS);
    System.exit(0);
  }
}
