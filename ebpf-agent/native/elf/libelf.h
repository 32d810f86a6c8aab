/*
 * The part of the ELF library's interface that libbpf calls to read an object, for 64-bit ELF of the
 * host's byte order; reading alone. What libbpf needs of the real library is some thirty functions:
 * this file and elf-file.c stand in for it, so that the addon links against libc and nothing else.
 */
#ifndef SONDE_LIBELF_H
#define SONDE_LIBELF_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/* An opened file or memory image. */
typedef struct Elf Elf;
/* A section of it; valid until elf_end. */
typedef struct Elf_Scn Elf_Scn;

typedef enum { ELF_T_BYTE } Elf_Type;

typedef struct {
  void *d_buf;
  Elf_Type d_type;
  size_t d_size;
  int64_t d_off;
  size_t d_align;
  unsigned int d_version;
} Elf_Data;

typedef enum { ELF_C_READ = 1, ELF_C_READ_MMAP = 2 } Elf_Cmd;
typedef enum { ELF_K_NONE, ELF_K_ELF } Elf_Kind;

unsigned int elf_version(unsigned int version);
Elf *elf_begin(int fd, Elf_Cmd command, Elf *reference);
Elf *elf_memory(char *image, size_t size);
int elf_end(Elf *elf);
Elf_Kind elf_kind(Elf *elf);
const char *elf_errmsg(int error);

int elf_getshdrnum(Elf *elf, size_t *count);
int elf_getshdrstrndx(Elf *elf, size_t *index);
int elf_getphdrnum(Elf *elf, size_t *count);
Elf_Scn *elf_getscn(Elf *elf, size_t index);
Elf_Scn *elf_nextscn(Elf *elf, Elf_Scn *section);
size_t elf_ndxscn(Elf_Scn *section);
Elf_Data *elf_getdata(Elf_Scn *section, Elf_Data *previous);
Elf_Data *elf_rawdata(Elf_Scn *section, Elf_Data *previous);
char *elf_strptr(Elf *elf, size_t section, size_t offset);

Elf64_Ehdr *elf64_getehdr(Elf *elf);
Elf64_Shdr *elf64_getshdr(Elf_Scn *section);

#endif
