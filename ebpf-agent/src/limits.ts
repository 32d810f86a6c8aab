const MIB = 1024 * 1024;

/** One batch out of the ring. Bytes. */
export const BATCH_BYTES: number = MIB;

/** Batches in one turn of the event loop; then others have theirs. */
export const BATCHES_PER_TURN = 16;

/**
 * How long the ring is left alone, at least and at most; no longer than the least once a program has
 * woken its reader: a process that began and is over by then has no name but its command. To look for
 * nothing takes 0.2 ms of CPU.
 */
export const POLL_MS_MIN = 20;
export const POLL_MS_MAX = 500;

/** As much should come between two looks: `WAKE_BYTES_BITS` of `bpf/maps.h`. A quarter of the smallest ring. */
export const POLL_BYTES: number = MIB / 4;

/** With as much in the ring as this at one look the next one comes at once. Bytes. */
export const HURRY_BYTES: number = MIB;

/** Processes known at once; the longest-ended go first. */
export const PROCESSES_MAX = 32_768;

/** An ended process is remembered for records of its sockets that come later. */
export const ENDED_PROCESS_KEPT_MS = 30_000;

/** Files of /proc read for new processes between two turns; the rest are named by their exec alone. */
export const PROCESS_READS_PER_TURN = 200;

/** One file of /proc/<pid>. */
export const PROC_FILE_BYTES_MAX: number = 128 * 1024;

/** Open connections known at once; the longest unused go first. */
export const CONNECTIONS_MAX = 65_536;

/** Pipelined requests of one connection that wait for their answers. */
export const PIPELINED_MAX = 1_024;

/** Datagrams that wait for their answers; the oldest count as unanswered then. */
export const DATAGRAMS_WAITING_MAX = 8_192;

/** How long a datagram's answer is waited for. */
export const DATAGRAM_PATIENCE_NS = 10e9;

/** Addresses that local services listen on. */
export const LISTENERS_MAX = 4_096;

/** Prepared statements whose text is known, of one connection; the oldest go first. */
export const STATEMENTS_MAX = 256;

/** Services on the host; the rest count as one, named `overflow`. */
export const WORKLOADS_MAX = 2_000;

/** Series of one service and metric; the rest count as one, marked as overflow. */
export const SERIES_PER_METRIC_MAX = 1_000;

/** A series or service that nothing was added to for as long is forgotten. */
export const SERIES_IDLE_MS = 600_000;

/** Routes of one service; the rest are `/*`. */
export const ROUTES_MAX = 200;

/** Shapes of paths that are told apart by number, and the bytes of all of them. */
export const SHAPES_MAX = 4_096;
export const SHAPE_BYTES_MAX: number = 256 * 1024;

/** Series that are found by numbers alone. A power of two. */
export const PLAIN_SERIES_MAX = 8_192;

/** Other sides of connections that are told apart by number. */
export const PEER_NUMBERS_MAX = 8_192;

/** Topics of Kafka that are known by their id; the longest known go first. */
export const KAFKA_TOPICS_MAX = 4_096;

/** Texts of requests whose meaning is remembered. */
export const MEANINGS_MAX = 4_096;

/** Executables and libraries with probes in them, and places with one in all of them. */
export const PROBED_FILES_MAX = 128;
export const PROBE_POINTS_MAX = 2_048;

/** Probes that no process uses any more are left for as long: who comes next is seen from its start. */
export const PROBES_KEPT_MS = 600_000;

/** Files known to encrypt nothing, or processes whose libraries were looked at. */
export const INSPECTED_FILES_MAX = 4_096;

/** Processes whose executable is looked at between two turns, and that wait for it. */
export const INSPECTIONS_PER_TURN = 8;
export const INSPECTIONS_WAITING_MAX = 1_024;

/** Spans that wait to be handed on; the rest are dropped and counted. */
export const SPANS_WAITING_MAX = 8_192;

/** Requests of services that wait for the one they were sent for, and how long. */
export const CHILDREN_WAITING_MAX = 4_096;
export const CHILDREN_WAIT_MS = 30_000;

/** Spans of one batch. */
export const SPANS_PER_BATCH = 2_048;

/** Connections of HTTP/2 whose headers are followed; the longest unused are forgotten. */
export const HTTP2_CONNECTIONS_MAX = 4_096;

/** Streams of one of them that are under way. */
export const HTTP2_STREAMS_MAX = 1_024;

/** Headers of one message, one string in them, all of them as sent. Bytes. */
export const HEADER_FIELDS_MAX = 256;
export const HEADER_STRING_BYTES_MAX = 16_384;
export const HEADER_BLOCK_BYTES_MAX = 65_536;

/** What one direction may refer back to. Bytes, as HPACK counts them. */
export const HEADER_TABLE_BYTES_MAX = 16_384;

/** Metric points of one request; further ones go into another. */
export const POINTS_PER_REQUEST = 10_000;

/** Containers whose names are remembered; the longest known go first. */
export const CONTAINERS_MAX = 2_000;

/** Containers that daemons are asked about at a time; the rest keep their ids alone. */
export const CONTAINERS_ASKED_AT_ONCE_MAX = 16;

/** What a runtime writes of a container, or of all of them. */
export const CONTAINER_FILE_BYTES_MAX: number = 4 * MIB;

/** Pods of one node. */
export const PODS_MAX = 2_000;

/** A list of pods. */
export const POD_LIST_BYTES_MAX: number = 32 * MIB;

/** A program that ran for less, and served nobody, is a command of what started it. */
export const COMMAND_SETTLES_MS = 10_000;

/** Files that name a program: `package.json`, /etc/passwd. */
export const NAMING_FILE_BYTES_MAX: number = 64 * 1024;

/** Folders above a script that are looked at for what names it. */
export const NAMING_FOLDERS_MAX = 4;

/** Processes of one service that have series of their own; the rest are one. */
export const PROCESSES_LISTED_MAX = 20;

/** Containers and units whose limits are read for one report. */
export const CGROUPS_PER_REPORT_MAX = 500;

/** Processes whose requests to disks are told apart at a time, in each direction. */
export const DISK_USERS_MAX = 1_024;

/** What a process uses is reported when it changed, else as often as this. */
export const UNCHANGED_REPORT_MS = 60_000;

/** Open files of one process that are looked at for logs. */
export const OPEN_FILES_LOOKED_AT_MAX = 1_024;

/** Processes that are looked into for logs at one report, and how long what was found holds. */
export const PROCESSES_LOOKED_INTO_PER_REPORT = 50;
export const RELOOK_MS = 60_000;

/** Logs that are followed at once. */
export const LOG_LINKS_MAX = 2_000;

/** A log stays linked after its process ended, so that its end is read. */
export const LOG_LINK_KEPT_MS = 30_000;

/** Other sides of one service whose requests are not read that are told apart; the rest are one. */
export const UNREAD_PEERS_MAX = 50;

/** Connections count as what is seen of a service for as long, and once more. */
export const COVERAGE_WINDOW_MS = 60_000;
