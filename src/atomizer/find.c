/* find: an atomizer by its name. */
#include <string.h>

#include <hartonomous/atomizer.h>

const hart_atomizer *hart_atomizer_find(const char *name)
{
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                if (strcmp(hart_atomizers[i]->name, name) == 0)
                        return hart_atomizers[i];
        }
        return NULL;
}
