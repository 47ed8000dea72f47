/* What the files of the sheet atomizer share. */
#ifndef ATOMIZER_OFFICE_WORKBOOK_H
#define ATOMIZER_OFFICE_WORKBOOK_H

#include "sheet_values.h"

struct sheet {
        char *name, *id;
        bool hidden;
        size_t rows, columns, formulas; /* counted while it is read */
};

struct workbook {
        struct package *package;
        struct sheet *sheets;
        size_t count;
        struct sheet_values values;
};

/* sheet_cells.c: emits the rows of the part. */
hart_code sheet_read_cells(struct workbook *workbook, struct sheet *sheet, const char *part, hart_error *err);

#endif
