/* Private to `model check`: reference vectors of a model, and how near others are to them.
 *
 * A file is JSON: {"revision": SHA-256 of the weights, "dimension": 384, "texts": [{"text": "…", "vector": "base64 of
 * its floats, little-endian"}, …]}. It lies in the model's folder as hartonomous-reference.json, or is installed with
 * this program under share/hartonomous/models, named after the first twelve digits of the revision. */
#ifndef CTL_REFERENCE_H
#define CTL_REFERENCE_H

#include <hartonomous/encoder.h>
#include <hartonomous/json.h>

#define REFERENCE_FILE "hartonomous-reference.json"

struct reference {
        size_t count, dimension;
        hart_encoder_text *texts; /* borrowed from `root`, or constant */
        float *vectors;           /* count · dimension */
        hart_json *root;          /* NULL: made here */
        char *path;
};

void reference_done(struct reference *reference);

/* The texts that a reference is made of, where nobody brought any. */
extern const char *const reference_texts[];
extern const size_t reference_text_count;

/* From a file's text. HART_CONFIG names what is wrong; HART_EMPTY: it is of other weights. */
hart_code reference_parse(struct reference *ret, const char *path, const void *text, size_t size, const char *revision,
                          hart_error *err);
/* Looks into `folder` (may be NULL), then among those that are installed. HART_EMPTY where there is none. */
hart_code reference_find(struct reference *ret, const char *folder, const char *revision, hart_error *err);
/* Computes it with the encoder and puts it into `folder`. */
hart_code reference_write(const hart_encoder_text *texts, size_t count, hart_encoder *encoder, const char *folder,
                          hart_error *err);

struct likeness {
        double max_difference; /* of any number */
        double mean_cosine, least_cosine;
};
struct likeness reference_compare(const struct reference *reference, const float *vectors);

#endif
