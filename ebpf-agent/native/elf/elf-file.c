/*
 * Reads 64-bit ELF of the host's byte order from a file (mapped) or from memory.
 *
 * The image may come from any program on the host: every offset and size is checked against the
 * image before it is used, and what does not fit answers NULL. Section headers are handed out as
 * pointers into a private copy, because libbpf adjusts some of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "gelf.h"

struct Elf_Scn {
  Elf *elf;
  size_t index;
  Elf64_Shdr header;
  Elf_Data data;
};

struct Elf {
  char *image;
  size_t size;
  int is_mapped;
  Elf64_Ehdr header;
  size_t section_count;
  struct Elf_Scn *sections;
};

static int fits(const Elf *elf, uint64_t offset, uint64_t size) {
  return offset <= elf->size && size <= elf->size - offset;
}

static int read_sections(Elf *elf) {
  const Elf64_Ehdr *header = &elf->header;
  size_t count = header->e_shnum;
  if (count == 0) return 1;
  if (header->e_shentsize != sizeof(Elf64_Shdr)) return 0;
  if (!fits(elf, header->e_shoff, count * sizeof(Elf64_Shdr))) return 0;
  elf->sections = calloc(count, sizeof *elf->sections);
  if (!elf->sections) return 0;
  elf->section_count = count;
  for (size_t i = 0; i < count; i++) {
    struct Elf_Scn *section = &elf->sections[i];
    section->elf = elf;
    section->index = i;
    memcpy(&section->header, elf->image + header->e_shoff + i * sizeof(Elf64_Shdr),
           sizeof(Elf64_Shdr));
  }
  return 1;
}

static Elf *open_image(char *image, size_t size, int is_mapped) {
  Elf *elf = calloc(1, sizeof *elf);
  if (!elf) return NULL;
  elf->image = image;
  elf->size = size;
  const unsigned char *ident = (const unsigned char *)image;
  int is_elf64 = size >= sizeof(Elf64_Ehdr) && memcmp(ident, ELFMAG, SELFMAG) == 0 &&
                 ident[EI_CLASS] == ELFCLASS64 && ident[EI_DATA] == ELFDATA2LSB;
  if (is_elf64) memcpy(&elf->header, image, sizeof elf->header);
  if (!is_elf64 || !read_sections(elf)) {
    free(elf);
    errno = ENOEXEC;
    return NULL;
  }
  elf->is_mapped = is_mapped;
  return elf;
}

unsigned int elf_version(unsigned int version) {
  (void)version;
  return EV_CURRENT;
}

Elf *elf_begin(int fd, Elf_Cmd command, Elf *reference) {
  (void)command;
  (void)reference;
  struct stat status;
  if (fstat(fd, &status) != 0 || status.st_size <= 0) return NULL;
  size_t size = (size_t)status.st_size;
  char *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (image == MAP_FAILED) return NULL;
  Elf *elf = open_image(image, size, 1);
  if (!elf) munmap(image, size);
  return elf;
}

Elf *elf_memory(char *image, size_t size) { return open_image(image, size, 0); }

int elf_end(Elf *elf) {
  if (!elf) return 0;
  if (elf->is_mapped) munmap(elf->image, elf->size);
  free(elf->sections);
  free(elf);
  return 0;
}

Elf_Kind elf_kind(Elf *elf) { return elf ? ELF_K_ELF : ELF_K_NONE; }

const char *elf_errmsg(int error) {
  (void)error;
  return "not a complete 64-bit ELF file of this byte order";
}

int elf_getshdrnum(Elf *elf, size_t *count) {
  *count = elf->section_count;
  return 0;
}

int elf_getshdrstrndx(Elf *elf, size_t *index) {
  *index = elf->header.e_shstrndx;
  return 0;
}

int elf_getphdrnum(Elf *elf, size_t *count) {
  *count = elf->header.e_phnum;
  return 0;
}

Elf_Scn *elf_getscn(Elf *elf, size_t index) {
  return index < elf->section_count ? &elf->sections[index] : NULL;
}

Elf_Scn *elf_nextscn(Elf *elf, Elf_Scn *section) {
  return elf_getscn(elf, section ? section->index + 1 : 1);
}

size_t elf_ndxscn(Elf_Scn *section) { return section->index; }

Elf_Data *elf_getdata(Elf_Scn *section, Elf_Data *previous) {
  if (!section || previous) return NULL;
  const Elf64_Shdr *header = &section->header;
  Elf_Data *data = &section->data;
  int has_bytes = header->sh_type != SHT_NOBITS;
  if (has_bytes && !fits(section->elf, header->sh_offset, header->sh_size)) return NULL;
  data->d_buf = has_bytes ? section->elf->image + header->sh_offset : NULL;
  data->d_size = header->sh_size;
  data->d_align = header->sh_addralign;
  data->d_version = EV_CURRENT;
  return data;
}

Elf_Data *elf_rawdata(Elf_Scn *section, Elf_Data *previous) {
  return elf_getdata(section, previous);
}

char *elf_strptr(Elf *elf, size_t section, size_t offset) {
  Elf_Data *data = elf_getdata(elf_getscn(elf, section), NULL);
  if (!data || !data->d_buf || offset >= data->d_size) return NULL;
  char *text = (char *)data->d_buf + offset;
  return memchr(text, 0, data->d_size - offset) ? text : NULL;
}

Elf64_Ehdr *elf64_getehdr(Elf *elf) { return &elf->header; }

Elf64_Shdr *elf64_getshdr(Elf_Scn *section) { return section ? &section->header : NULL; }

int gelf_getclass(Elf *elf) {
  (void)elf;
  return ELFCLASS64;
}

GElf_Ehdr *gelf_getehdr(Elf *elf, GElf_Ehdr *into) {
  *into = elf->header;
  return into;
}

GElf_Phdr *gelf_getphdr(Elf *elf, int index, GElf_Phdr *into) {
  const Elf64_Ehdr *header = &elf->header;
  if (index < 0 || index >= header->e_phnum || header->e_phentsize != sizeof *into) return NULL;
  uint64_t offset = (uint64_t)index * sizeof *into;
  if (header->e_phoff > elf->size || !fits(elf, header->e_phoff + offset, sizeof *into)) return NULL;
  memcpy(into, elf->image + header->e_phoff + offset, sizeof *into);
  return into;
}

GElf_Shdr *gelf_getshdr(Elf_Scn *section, GElf_Shdr *into) {
  if (!section) return NULL;
  *into = section->header;
  return into;
}

GElf_Sym *gelf_getsym(Elf_Data *data, int index, GElf_Sym *into) {
  if (!data->d_buf || index < 0) return NULL;
  if ((size_t)index >= data->d_size / sizeof *into) return NULL;
  memcpy(into, (const char *)data->d_buf + (size_t)index * sizeof *into, sizeof *into);
  return into;
}

GElf_Versym *gelf_getversym(Elf_Data *data, int index, GElf_Versym *into) {
  (void)data;
  (void)index;
  (void)into;
  return NULL;
}

GElf_Verdef *gelf_getverdef(Elf_Data *data, int offset, GElf_Verdef *into) {
  (void)data;
  (void)offset;
  (void)into;
  return NULL;
}

GElf_Verdaux *gelf_getverdaux(Elf_Data *data, int offset, GElf_Verdaux *into) {
  (void)data;
  (void)offset;
  (void)into;
  return NULL;
}

size_t gelf_getnote(Elf_Data *data, size_t offset, GElf_Nhdr *into, size_t *name, size_t *desc) {
  (void)data;
  (void)offset;
  (void)into;
  (void)name;
  (void)desc;
  return 0;
}
