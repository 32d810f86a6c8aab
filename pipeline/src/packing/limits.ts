const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * A body whose packed and unpacked bytes are no more is unpacked at once, on this thread: a few
 * milliseconds. Larger ones go to another thread (gzip, zlib, zstd, snappy) or are unpacked in turns
 * (x-snappy-framed, lz4), so that other requests wait for no more than that.
 */
export const HERE_BYTES_MAX: number = MIB;

/** The same of a packed body that does not say what it unpacks to. */
export const HERE_UNDECLARED_BYTES_MAX: number = 64 * KIB;

/**
 * What is packed by gzip and zlib at once, on this thread, up to which level: 512 spans as SDKs send
 * them, some 1.2 ms. To wake a thread and to be woken by it takes half of that on a busy machine.
 */
export const DEFLATE_HERE_BYTES_MAX: number = 320 * KIB;
export const DEFLATE_HERE_LEVEL_MAX = 6;

/** Bodies of gzip and zlib that are on libuv's threads at once; there are four, for files too. */
export const DEFLATE_THREADS_MAX = 2;

/** Bodies that wait for that; the next is refused as `OVERLOADED`. */
export const DEFLATE_JOBS_MAX = 4096;

/** What a byte of DEFLATE makes at the most: a match of 258 bytes takes two bits. */
export const GZIP_RATIO_MAX = 1032;

/** What is packed by snappy and lz4 at once, on this thread. They pack a MiB in 1 to 2 ms. */
export const PACK_HERE_BYTES_MAX: number = 256 * KIB;

/** What is unpacked in turns before other requests have theirs. Bytes. */
export const UNPACK_TURN_BYTES: number = MIB;

/** What a step counts beside the bytes that it makes: bodies may have millions of empty ones. */
export const UNPACK_STEP_BYTES = 256;

/**
 * Frames and blocks that a body of lz4 may have: so many, and one more for so many of its packed
 * bytes. Each costs some 4 us; writers make blocks of 64 KiB and more, or of what they flush.
 */
export const LZ4_STEPS_FREE = 4096;
export const LZ4_STEP_BYTES_MIN = 128;

/** What is copied before other requests have their turn. Bytes. */
export const JOIN_TURN_BYTES: number = 4 * MIB;

/** Memory for a piece of an unpacked body. Bytes. */
export const UNPACK_CHUNK_BYTES: number = 128 * KIB;

/** A zstd body packed and unpacked: the library has 2 GiB of memory and does not say when they end. */
export const ZSTD_HEAP_BYTES_MAX: number = 1024 * MIB;

/** Threads that pack and unpack zstd; each is made when there is work for it, and stays. */
export const ZSTD_THREADS_MAX = 2;

/**
 * Bodies that wait for such a thread; the next is refused as `OVERLOADED`. What they hold counts in
 * the account of their requests.
 */
export const ZSTD_JOBS_MAX = 4096;

/** What can be packed; a request is far smaller. */
export const PACK_BYTES_MAX: number = 512 * MIB;
