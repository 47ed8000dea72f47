/* The strategies; table.c puts them in order. */
#ifndef ATOMIZER_STRATEGIES_H
#define ATOMIZER_STRATEGIES_H

#include <hartonomous/atomizer.h>

extern const hart_atomizer text_atomizer, markdown_atomizer, chunks_atomizer;
extern const hart_atomizer charset_atomizer;                                                            /* text/ */
extern const hart_atomizer json_atomizer, yaml_atomizer, csv_atomizer, xml_atomizer, html_atomizer;     /* data/ */
extern const hart_atomizer code_atomizer;                                                               /* code/ */
extern const hart_atomizer pdf_atomizer, word_atomizer, sheet_atomizer, slides_atomizer, mail_atomizer; /* office/ */
extern const hart_atomizer image_atomizer, audio_atomizer, video_atomizer;                              /* media/ */
extern const hart_atomizer archive_atomizer;                                                            /* archive/ */
extern const hart_atomizer gguf_atomizer, safetensors_atomizer, onnx_atomizer;                          /* model/ */

#endif
