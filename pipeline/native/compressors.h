/* Compressors that were made once and are lent to whoever packs, on whatever thread. */
#ifndef SONDE_COMPRESSORS_H
#define SONDE_COMPRESSORS_H

#include <libdeflate.h>

#define LEVEL_MIN 0
#define LEVEL_MAX 9

/*
 * One for a level of libdeflate (LEVEL_MIN to LEVEL_MAX); a new one where all are lent. NULL when
 * memory is short. Of the borrower alone until it is given back.
 */
struct libdeflate_compressor *borrow_compressor(int level);

/* Keeps the last COMPRESSORS_KEPT_MAX that came back, and frees the one that came before them. */
void give_compressor_back(int level, struct libdeflate_compressor *compressor);

#endif
