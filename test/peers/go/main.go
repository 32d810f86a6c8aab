// Sends one run of traces, metrics and logs with the OpenTelemetry Go SDK and says how many.
//
// Usage: sender <run id> <spans>; the endpoint comes from OTEL_EXPORTER_OTLP_ENDPOINT.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	if err := send(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func send(ctx context.Context, run string, spans string) error {
	count, err := strconv.Atoi(spans)
	if err != nil {
		return err
	}
	res := resource.NewSchemaless(
		attribute.String("service.name", "peer-go"),
		attribute.String("test.run", run),
	)
	if err := sendSpans(ctx, res, count); err != nil {
		return err
	}
	if err := sendMetrics(ctx, res, count); err != nil {
		return err
	}
	if err := sendLogs(ctx, res, count); err != nil {
		return err
	}
	fmt.Printf("{\"spans\":%d,\"points\":1,\"logs\":%d}\n", count, count)
	return nil
}

func sendSpans(ctx context.Context, res *resource.Resource, count int) error {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(res))
	tracer := provider.Tracer("peer")
	for i := 0; i < count; i++ {
		_, span := tracer.Start(ctx, "work")
		span.SetAttributes(attribute.Int("index", i))
		span.End()
	}
	return provider.Shutdown(ctx)
}

func sendMetrics(ctx context.Context, res *resource.Resource, count int) error {
	exporter, err := otlpmetrichttp.New(ctx)
	if err != nil {
		return err
	}
	reader := metric.NewPeriodicReader(exporter)
	provider := metric.NewMeterProvider(metric.WithReader(reader), metric.WithResource(res))
	counter, err := provider.Meter("peer").Int64Counter("peer.work")
	if err != nil {
		return err
	}
	counter.Add(ctx, int64(count))
	return provider.Shutdown(ctx)
}

func sendLogs(ctx context.Context, res *resource.Resource, count int) error {
	exporter, err := otlploghttp.New(ctx)
	if err != nil {
		return err
	}
	processor := sdklog.NewBatchProcessor(exporter)
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(processor), sdklog.WithResource(res))
	logger := provider.Logger("peer")
	for i := 0; i < count; i++ {
		var record log.Record
		record.SetSeverity(log.SeverityInfo)
		record.SetBody(attribute.StringValue("line " + strconv.Itoa(i)))
		logger.Emit(ctx, record)
	}
	return provider.Shutdown(ctx)
}
