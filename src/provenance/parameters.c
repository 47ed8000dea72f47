/* Words to values, and what is missing. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/json.h>
#include <hartonomous/utf8.h>

#include "values.h"

#define TEXT_MAX 100000 /* bytes */

void hart_provenance_values_done(hart_provenance_values *values)
{
        for (size_t i = 0; i < HART_PROVENANCE_PARAMETERS_MAX; i++)
                free(values->value[i].text);
        *values = (hart_provenance_values){0};
}

static void limits_of(const hart_provenance_parameter *parameter, int64_t *min, int64_t *max)
{
        const bool open = parameter->min == 0 && parameter->max == 0;
        *min = parameter->min;
        *max = open ? INT64_MAX : parameter->max;
        if (open && strcmp(parameter->name, "tenant") == 0)
                *max = INT32_MAX;
}

static bool read_integer(const hart_provenance_parameter *parameter, const char *text, int64_t *ret)
{
        int64_t min, max;
        char *end = NULL;
        limits_of(parameter, &min, &max);
        const size_t sign = *text == '-';
        if (text[sign + strspn(text + sign, "0123456789")] != '\0' || text[sign] == '\0')
                return false;
        errno = 0;
        const long long value = strtoll(text, &end, 10);
        if (errno || value < min || value > max)
                return false;
        *ret = value;
        return true;
}

/* As JSON has numbers: no infinity, the same in every locale. */
static bool read_number(const char *text, double *ret)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        if (hart_json_parse(text, strlen(text), &root, NULL) != HART_OK)
                return false;
        return hart_json_number(root, ret) && isfinite(*ret);
}

static bool read_value(const hart_provenance_parameter *parameter, const char *text, hart_provenance_value *ret)
{
        switch (parameter->type) {
        case HART_PROVENANCE_INTEGER:
                return read_integer(parameter, text, &ret->integer);
        case HART_PROVENANCE_NUMBER:
                return read_number(text, &ret->number);
        case HART_PROVENANCE_TIME:
                return provenance_read_time(text, &ret->integer);
        case HART_PROVENANCE_TEXT:
                if (*text == '\0' || strlen(text) > TEXT_MAX || !hart_utf8_valid(text, strlen(text)))
                        return false;
                ret->text = hart_duplicate(text);
                return true;
        case HART_PROVENANCE_FLAG:
                break;
        }
        return false;
}

static hart_code refuse_value(const hart_provenance_parameter *parameter, const char *text, hart_error *err)
{
        int64_t min, max;
        limits_of(parameter, &min, &max);
        switch (parameter->type) {
        case HART_PROVENANCE_INTEGER:
                if (max == INT64_MAX)
                        return hart_fail(err, HART_CONFIG, "%s=%.80s: not a whole number from %lld", parameter->name,
                                         text, (long long)min);
                return hart_fail(err, HART_CONFIG, "%s=%.80s: not a whole number from %lld to %lld", parameter->name,
                                 text, (long long)min, (long long)max);
        case HART_PROVENANCE_NUMBER:
                return hart_fail(err, HART_CONFIG, "%s=%.80s: not a number, such as 0.5", parameter->name, text);
        case HART_PROVENANCE_TIME:
                return hart_fail(err, HART_CONFIG,
                                 "%s=%.80s: not a time in UTC, such as 2026-11-21, 2026-11-21T10:00:00Z or now",
                                 parameter->name, text);
        case HART_PROVENANCE_TEXT:
        case HART_PROVENANCE_FLAG:
                break;
        }
        return hart_fail(err, HART_CONFIG, "%s=%.80s: not a text of 1 to %d bytes in UTF-8", parameter->name, text,
                         TEXT_MAX);
}

static hart_code refuse_name(const hart_provenance_query *query, const char *name, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer list = {0};
        for (const hart_provenance_parameter *known = query->parameters; known->name; known++)
                hart_buffer_format(&list, "%s%s", list.size ? ", " : "", known->name);
        return hart_fail(err, HART_CONFIG, "%s has no parameter %.80s; there are %s", query->name, name,
                         (const char *)list.data);
}

hart_code hart_provenance_set(const hart_provenance_query *query, hart_provenance_values *values, const char *name,
                              const char *text, hart_error *err)
{
        size_t place = 0;
        while (query->parameters[place].name && strcmp(query->parameters[place].name, name) != 0)
                place++;
        const hart_provenance_parameter *parameter = &query->parameters[place];
        if (!parameter->name)
                return refuse_name(query, name, err);
        if (values->value[place].given)
                return hart_fail(err, HART_CONFIG, "%s is given twice", name);
        hart_provenance_value value = {.given = true};
        value.null = *text == '\0' && parameter->fallback && *parameter->fallback == '\0';
        if (!value.null && !read_value(parameter, text, &value))
                return refuse_value(parameter, text, err);
        values->value[place] = value;
        return HART_OK;
}

hart_code hart_provenance_complete(const hart_provenance_query *query, hart_provenance_values *values, hart_error *err)
{
        for (size_t i = 0; query->parameters[i].name; i++) {
                const hart_provenance_parameter *parameter = &query->parameters[i];
                if (values->value[i].given)
                        continue;
                if (!parameter->fallback)
                        return hart_fail(err, HART_CONFIG, "%s needs %s=…: %s", query->name, parameter->name,
                                         parameter->help);
                const hart_code code = hart_provenance_set(query, values, parameter->name, parameter->fallback, err);
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}
