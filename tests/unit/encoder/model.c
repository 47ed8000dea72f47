/* Folders that are nearly a model: one file of the real one is changed, and the message must name it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test_model.h"

static const char *const names[] = {
        "config.json",           "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
        "tokenizer_config.json", "vocab.txt",    "model.safetensors"};

struct row {
        const char *file;
        const char *from, *to; /* NULL, NULL: the file is missing; "", text: it is only that text */
        const char *words;     /* of the message, beside the file's name */
};
static const struct row rows[] = {
        {"config.json", NULL, NULL, "No such file"},
        {"config.json", "", "{", "line 1"},
        {"config.json", "", "", "line 1"},
        {"config.json", "\"bert\"", "\"gpt2\"", "model_type: is \"gpt2\"; what is computed here: \"bert\""},
        {"config.json", "\"model_type\": \"bert\"", "\"type\": \"bert\"", "model_type: is missing"},
        {"config.json", "\"gelu\"", "\"relu\"", "hidden_act"},
        {"config.json", "\"absolute\"", "\"relative_key\"", "position_embedding_type"},
        {"config.json", "\"hidden_size\": 384", "\"hidden_size\": 0", "hidden_size"},
        {"config.json", "\"hidden_size\": 384", "\"hidden\": 384", "hidden_size: is missing"},
        {"config.json", "\"num_attention_heads\": 12", "\"num_attention_heads\": 7", "no multiple"},
        {"config.json", "1e-12", "\"x\"", "layer_norm_eps"},
        {"config.json", "1e-12", "0.0", "layer_norm_eps"},
        {"modules.json", "models.Normalize\"", "models.Dense\"", "models.Dense; only Normalize"},
        {"modules.json", "", "[]", "2 or 3 modules"},
        {"1_Pooling/config.json", "\"pooling_mode_mean_tokens\": true", "\"pooling_mode_mean_tokens\": false",
         "pooling_mode_mean_tokens"},
        {"1_Pooling/config.json", "\"pooling_mode_cls_token\": false", "\"pooling_mode_cls_token\": true",
         "pooling_mode_cls_token"},
        {"1_Pooling/config.json", "\"pooling_mode_max_tokens\": false", "\"pooling_mode_max_tokens\": true",
         "no other pooling_mode"},
        {"1_Pooling/config.json", "384", "768", "word_embedding_dimension: is not config.json's hidden_size, 384"},
        {"sentence_bert_config.json", "256", "\"long\"", "max_seq_length: must be a number"},
        {"sentence_bert_config.json", "256", "1000", "max_position_embeddings"},
        {"sentence_bert_config.json", "\"do_lower_case\": false", "\"do_lower_case\": true",
         "do_lower_case: only false"},
        {"tokenizer_config.json", NULL, NULL, "No such file"},
        {"tokenizer_config.json", "", "[]", "is no JSON object"},
        {"tokenizer_config.json", "\"do_lower_case\": true", "\"do_lower_case\": 1",
         "do_lower_case: must be true or false"},
        {"tokenizer_config.json", "\"strip_accents\": null", "\"strip_accents\": \"no\"",
         "strip_accents: must be true or"},
        {"tokenizer_config.json", "\"[SEP]\"", "\"</s>\"", "sep_token: \"</s>\" is not in vocab.txt"},
        {"tokenizer_config.json", "\"never_split\": null", "\"never_split\": [\"x\"]", "never_split: is not done here"},
        {"tokenizer_config.json", "\"do_basic_tokenize\": true", "\"do_basic_tokenize\": false",
         "do_basic_tokenize: is false"},
        {"tokenizer_config.json", "\"BertTokenizer\"", "\"BertJapaneseTokenizer\"", "tokenizer_class: is \"BertJap"},
        {"vocab.txt", NULL, NULL, "No such file"},
        {"vocab.txt", "", "hello\n", "[PAD]"},
        {"vocab.txt", "\nzone\n", "\n", "has 30521 tokens, config.json says 30522"},
        {"model.safetensors", NULL, NULL, "scripts/install-model"},
        {"model.safetensors", "", "", "is no safetensors file"},
};
/* The fault is in config.json, but it is the weights that do not fit. */
static const struct row misfits[] = {
        {"config.json", "\"num_hidden_layers\": 6", "\"num_hidden_layers\": 7",
         "encoder.layer.6.attention.self.query.weight is missing"},
        {"config.json", "\"num_hidden_layers\": 6", "\"num_hidden_layers\": 5",
         "encoder.layer.5.attention.self.query.weight: config.json says that there are 5 layers"},
        {"config.json", "\"intermediate_size\": 1536", "\"intermediate_size\": 1024", "1024 x 384"},
};
/* Here it is the list of tokens. */
static const struct row another_count = {"config.json", "\"vocab_size\": 30522", "\"vocab_size\": 30523",
                                         "has 30522 tokens, config.json says 30523"};

static void replace(hart_buffer *text, const struct row *row)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer changed = {0};
        const char *at = row->from[0] != '\0' ? strstr((const char *)text->data, row->from) : NULL;

        if (row->from[0] != '\0') {
                assert_non_null(at);
                hart_buffer_append(&changed, text->data, (size_t)(at - (const char *)text->data));
                hart_buffer_text(&changed, row->to);
                hart_buffer_text(&changed, at + strlen(row->from));
        } else {
                hart_buffer_text(&changed, row->to);
        }
        hart_buffer_clear(text);
        hart_buffer_append(text, changed.data, changed.size);
}

static void make_folder(const char *folder, const struct row *row)
{
        HART_CLEANUP(hart_free_p) char *command = hart_format("mkdir %s/1_Pooling", folder);

        assert_int_equal(system(command), 0);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
                HART_CLEANUP(hart_free_p) char *from = hart_format("%s/%s", test_model(), names[i]);
                HART_CLEANUP(hart_free_p) char *to = hart_format("%s/%s", folder, names[i]);
                HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
                if (strcmp(names[i], row->file) != 0) {
                        assert_int_equal(symlink(from, to), 0);
                } else if (row->from != NULL) {
                        FILE *file = fopen(to, "wb");
                        test_read(from, &text);
                        replace(&text, row);
                        assert_true(text.size == 0 || fwrite(text.data, text.size, 1, file) == 1);
                        fclose(file);
                }
        }
}

static void check(const struct row *row, const char *named)
{
        char folder[] = "/tmp/hartonomous-model-XXXXXX";
        hart_encoder_options options = {.model_dir = mkdtemp(folder)};
        HART_CLEANUP(hart_free_p) char *command = hart_format("rm -r %s", folder);
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, named);
        hart_encoder *encoder = NULL;
        hart_error checked = {0}, opened = {0};

        make_folder(folder, row);
        if (hart_encoder_check(&options, &checked) != HART_CONFIG)
                fail_msg("%s with %s is taken", row->file, row->to);
        assert_int_equal(hart_encoder_open(&encoder, &options, &opened), HART_CONFIG);
        assert_null(encoder);
        assert_string_equal(checked.text, opened.text);
        if (strncmp(opened.text, path, strlen(path)) != 0 || strstr(opened.text, row->words) == NULL)
                fail_msg("\"%s\" does not begin with %s, or lacks \"%s\"", opened.text, path, row->words);
        assert_int_equal(system(command), 0);
}

static void names_the_file_and_the_fault(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                check(&rows[i], rows[i].file);
        for (size_t i = 0; i < sizeof misfits / sizeof misfits[0]; i++)
                check(&misfits[i], "model.safetensors");
        check(&another_count, "vocab.txt");
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(names_the_file_and_the_fault)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
