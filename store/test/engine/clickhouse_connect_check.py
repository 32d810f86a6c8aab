"""Drives the door with clickhouse-connect and its default compression. Prints one line a check."""

import sys

import clickhouse_connect
from clickhouse_connect.driver.exceptions import DatabaseError

host, port, ingest_token, internal_token = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def connect(username, password, **options):
    return clickhouse_connect.get_client(
        host=host, port=port, username=username, password=password, **options
    )


internal = connect("internal", internal_token)
print("version", internal.server_version)
internal.command("CREATE DATABASE IF NOT EXISTS py ENGINE = Atomic")
internal.command("CREATE TABLE py.t (n UInt64, s String, m Map(String, String)) ENGINE = MergeTree ORDER BY n")

ingest = connect("ingest", ingest_token)
rows = [[i, f"row {i}\n\n; DROP TABLE py.t;", {"k": str(i)}] for i in range(50_000)]
summary = ingest.insert("py.t", rows, column_names=["n", "s", "m"])
print("written", summary.written_rows)

packed = connect("ingest", ingest_token, compress="zstd")
rows = [[1_000_000 + i, f"packed {i}", {}] for i in range(50_000)]
packed.insert("py.t", rows, column_names=["n", "s", "m"])
print("zstd", packed.command("SELECT count() FROM py.t WHERE n >= 1000000"))
internal.command("ALTER TABLE py.t DELETE WHERE n >= 1000000 SETTINGS mutations_sync = 1")

reader = connect("user", "")
result = reader.query(
    "SELECT n, s, m['k'] FROM py.t WHERE n >= {low:UInt64} ORDER BY n", parameters={"low": 49_998}
)
print("rows", [list(row) for row in result.result_rows])
print("sum", internal.query("SELECT sum(n) FROM py.t", settings={"max_threads": 1}).first_row[0])
print("command", reader.command("SELECT count() FROM py.t"))
streamed = 0
with reader.query_rows_stream("SELECT n, s FROM py.t") as stream:
    for _ in stream:
        streamed += 1
print("streamed", streamed)
for refused in ("DROP TABLE py.t", "SELECT file('/etc/hostname')"):
    try:
        reader.command(refused)
        print("not refused", refused)
    except DatabaseError as error:
        print("refused", "164" in str(error) or "497" in str(error))
