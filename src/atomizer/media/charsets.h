/* Names of programmes in MPEG transport streams come in old character sets, which the demuxer converts with iconv. The
 * C library loads a module for each when it is first asked for, and keeps it while somebody has it open. */
#ifndef ATOMIZER_MEDIA_CHARSETS_H
#define ATOMIZER_MEDIA_CHARSETS_H

/* Loads all of them; again is fine. */
void charsets_open(void);
void charsets_close(void);

#endif
