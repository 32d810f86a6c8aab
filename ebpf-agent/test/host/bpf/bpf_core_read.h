/* Structures of the kernel are not there on the host. */
#define BPF_CORE_READ(...) 0
#define BPF_CORE_READ_INTO(to, ...) ((void)(to))
