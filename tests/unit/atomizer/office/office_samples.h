/* Documents of tests/data/office, with what was counted in them by hand. What becomes of each, line by line, is in
 * NAME.outline beside it. */
#ifndef TEST_OFFICE_SAMPLES_H
#define TEST_OFFICE_SAMPLES_H

#include <stddef.h>

static const struct office_sample {
        const char *atomizer, *file;
        size_t components, nodes, children, problems;
} office_samples[] = {
        {"pdf", "sample.pdf", 11, 4, 3, 0},     {"pdf", "pages.pdf", 3, 3, 0, 0},
        {"pdf", "encrypted.pdf", 1, 1, 0, 0},   {"pdf", "locked.pdf", 0, 0, 0, 1},
        {"pdf", "japanese.pdf", 0, 1, 0, 3},    {"pdf", "huge-image.pdf", 0, 1, 0, 1},
        {"word", "sample.docx", 16, 8, 2, 0},   {"word", "wide.docx", 16, 8, 2, 0}, /* the same in UTF-16 */
        {"word", "latin.docx", 5, 3, 2, 0}, /* says that it has an encoding it has not */
        {"word", "sample.odt", 8, 5, 1, 0},     {"word", "locked.odt", 0, 0, 0, 1},
        {"word", "encrypted.docx", 0, 0, 0, 1}, {"word", "missing.docx", 4, 3, 2, 1},
        {"word", "broken.docx", 5, 4, 2, 1},    {"word", "wrong-size.docx", 4, 3, 2, 1},
        {"word", "laughs.docx", 4, 3, 2, 1},    {"word", "doctype.docx", 4, 3, 2, 1},
        {"word", "bomb.docx", 0, 0, 0, 1},      {"word", "sample.xlsx", 0, 0, 0, 1}, /* a workbook is no text */
        {"sheet", "sample.xlsx", 7, 4, 1, 1},   {"sheet", "sample.ods", 3, 2, 1, 0},
        {"slides", "sample.pptx", 8, 4, 1, 0},  {"slides", "sample.odp", 4, 3, 1, 0},
};
#define OFFICE_SAMPLES (sizeof office_samples / sizeof *office_samples)

#endif
