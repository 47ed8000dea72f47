#include "wordpiece_text.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "unicode_table.h"

/* An action is a kind of enum text_kind, or one of these; where it is ACTION_OUTPUT, the items are in `outputs`, after
 * their number, from action >> 8 on. */
enum { ACTION_GONE = 16, ACTION_OUTPUT };

/* A row of the table under the flags, on its way to an action. */
struct making {
        struct wordpiece_text *text;
        uint32_t items[TEXT_ITEMS];
        size_t count;
};

static enum text_kind kind_of(const struct wordpiece_text *text, const struct unicode_row *row)
{
        if ((row->flags & UNICODE_BLANK) != 0)
                return TEXT_BLANK;
        if ((row->flags & UNICODE_PUNCTUATION) != 0)
                return TEXT_WORD;
        return text->flags.strip_accents && row->combining != 0 ? TEXT_MARK : TEXT_KEEP;
}

static void put(struct making *making, uint32_t code_point)
{
        if (making->count == TEXT_ITEMS)
                abort(); /* the table is not what it was made for */
        making->items[making->count++] = code_point | (uint32_t)kind_of(making->text, unicode_row_of(code_point)) << 24;
}

/* A part of a decomposition: gone where it is an accent, else in lower case. */
static void put_part(struct making *making, uint32_t code_point)
{
        const struct unicode_row *row = unicode_row_of(code_point);

        if ((row->flags & UNICODE_MARK) != 0) {
                if (row->combining == 0 && making->count < TEXT_ITEMS)
                        making->items[making->count++] = (uint32_t)TEXT_BARRIER << 24;
                return;
        }
        if (!making->text->flags.lower_case || row->lower == 0) {
                put(making, code_point);
                return;
        }
        for (uint32_t i = 1; i <= unicode_sequences[row->lower]; i++)
                put(making, unicode_sequences[row->lower + i]);
}

static uint32_t store(struct making *making)
{
        struct wordpiece_text *text = making->text;
        uint32_t start = (uint32_t)text->used;

        while (text->used + 1 + making->count > text->capacity) {
                text->capacity = text->capacity * 2 + 1024;
                text->outputs = hart_reallocate_array(text->outputs, text->capacity, sizeof *text->outputs);
        }
        text->outputs[start] = (uint32_t)making->count;
        memcpy(text->outputs + start + 1, making->items, making->count * sizeof *making->items);
        text->used += 1 + making->count;
        return start << 8 | ACTION_OUTPUT;
}

/* What stays itself. */
static uint32_t action_of_self(const struct wordpiece_text *text, const struct unicode_row *row)
{
        if (text->flags.strip_accents && (row->flags & UNICODE_MARK) != 0)
                return row->combining == 0 ? (uint32_t)TEXT_BARRIER : ACTION_GONE;
        if (text->flags.chinese_characters && (row->flags & UNICODE_CHINESE) != 0)
                return TEXT_ALONE;
        return kind_of(text, row);
}

static uint32_t action_of(struct wordpiece_text *text, const struct unicode_row *row)
{
        const bool decomposes = text->flags.strip_accents && row->decomposed != 0;
        const bool lowers = text->flags.lower_case && row->lower != 0;
        const bool alone = text->flags.chinese_characters && (row->flags & UNICODE_CHINESE) != 0;
        const uint32_t *parts = unicode_sequences + (decomposes ? row->decomposed : row->lower);
        struct making making = {.text = text};

        if (text->flags.clean_text && (row->flags & UNICODE_GONE) != 0)
                return ACTION_GONE;
        if (text->flags.clean_text && (row->flags & UNICODE_TO_BLANK) != 0)
                return TEXT_BLANK;
        if ((!decomposes && !lowers) || (!decomposes && text->flags.strip_accents && (row->flags & UNICODE_MARK) != 0))
                return action_of_self(text, row);
        if (alone)
                put(&making, ' ');
        for (uint32_t i = 1; i <= parts[0]; i++) {
                if (decomposes)
                        put_part(&making, parts[i]);
                else
                        put(&making, parts[i]);
        }
        if (alone)
                put(&making, ' ');
        return store(&making);
}

static bool is_hangul(uint32_t code_point)
{
        return code_point - UNICODE_HANGUL < UNICODE_HANGUL_COUNT;
}

/* Bytes of ASCII that are one byte of a word. */
static void find_plain(struct wordpiece_text *text)
{
        for (uint32_t byte = 1; byte < 128; byte++) {
                uint32_t items[TEXT_ITEMS];
                if (wordpiece_text_items(text, byte, items) == 1 && TEXT_KIND(items[0]) == TEXT_KEEP && items[0] < 128)
                        text->plain[byte] = (unsigned char)items[0];
        }
}

void wordpiece_text_begin(struct wordpiece_text *text, const struct wordpiece_flags *flags)
{
        *text = (struct wordpiece_text){.flags = *flags};
        text->actions = hart_allocate_array(unicode_row_count, sizeof *text->actions);
        for (size_t i = 0; i < unicode_row_count; i++)
                text->actions[i] = action_of(text, &unicode_rows[i]);
        find_plain(text);
}

void wordpiece_text_done(struct wordpiece_text *text)
{
        free(text->actions);
        free(text->outputs);
        *text = (struct wordpiece_text){0};
}

/* The Unicode Standard, section 3.12. */
static size_t take_apart(uint32_t syllable, uint32_t items[TEXT_ITEMS])
{
        items[0] = 0x1100 + syllable / 588;
        items[1] = 0x1161 + syllable % 588 / 28;
        items[2] = 0x11a7 + syllable % 28;
        return syllable % 28 != 0 ? 3 : 2;
}

size_t wordpiece_text_items(const struct wordpiece_text *text, uint32_t code_point, uint32_t items[TEXT_ITEMS])
{
        const uint32_t action = text->actions[unicode_entry(code_point)];
        const uint32_t *output;

        switch (action & 255) {
        case ACTION_GONE:
                return 0;
        case ACTION_OUTPUT:
                output = text->outputs + (action >> 8);
                memcpy(items, output + 1, output[0] * sizeof *items);
                return output[0];
        case TEXT_KEEP:
                if (text->flags.strip_accents && is_hangul(code_point))
                        return take_apart(code_point - UNICODE_HANGUL, items);
                items[0] = code_point;
                return 1;
        case TEXT_BLANK:
                items[0] = (text->flags.clean_text ? ' ' : code_point) | (uint32_t)TEXT_BLANK << 24;
                return 1;
        default:
                items[0] = code_point | action << 24;
                return 1;
        }
}

/* Where the last character of the bytes begins. */
static size_t last_character(const unsigned char *bytes, size_t size, uint32_t *code_point)
{
        size_t at = size - 1;

        while (at > 0 && (bytes[at] & 0xc0) == 0x80)
                at--;
        (void)unicode_read(bytes + at, code_point);
        return at;
}

void wordpiece_text_order(unsigned char *bytes, size_t size, size_t barrier)
{
        unsigned char mark[4];
        uint32_t code_point, previous;
        size_t start, at, length;

        if (size <= barrier)
                return;
        start = at = last_character(bytes, size, &code_point);
        length = size - start;
        while (at > barrier) {
                const size_t before = last_character(bytes, at, &previous);
                if (unicode_row_of(previous)->combining <= unicode_row_of(code_point)->combining)
                        break;
                at = before;
        }
        memcpy(mark, bytes + start, length);
        memmove(bytes + at + length, bytes + at, start - at);
        memcpy(bytes + at, mark, length);
}
