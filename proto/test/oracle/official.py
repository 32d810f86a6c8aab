"""Reads requests, one a line (signal, space, base64), with the official proto classes.

Answers a line each: what the classes know of it, serialised again, in base64; or `error` and why.
"""

import base64
import sys

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.profiles.v1development.profiles_service_pb2 import (
    ExportProfilesServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
    "profiles": ExportProfilesServiceRequest,
}

for line in sys.stdin:
    signal, _, text = line.rstrip("\n").partition(" ")
    request = REQUESTS[signal]()
    try:
        request.ParseFromString(base64.b64decode(text))
        # What is left is what the classes have fields for.
        request.DiscardUnknownFields()
        print(base64.b64encode(request.SerializeToString()).decode())
    except Exception as error:
        print("error", error)
