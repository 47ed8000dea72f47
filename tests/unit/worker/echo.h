/* What the test workers do with a message, the message says: {"Do": "ok"}. Its only effect is a row of test.effect. */
#ifndef HARTONOMOUS_TESTS_ECHO_H
#define HARTONOMOUS_TESTS_ECHO_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/worker.h>

struct echo_settings {
        char *greeting, *outage;
        bool refuse;
};

/* The rows of a struct that begins with echo_settings. */
#define ECHO_ROWS                                                                                                      \
        {"echo",                                                                                                       \
         "greeting",                                                                                                   \
         HART_SETTING_TEXT,                                                                                            \
         offsetof(struct echo_settings, greeting),                                                                     \
         "hello",                                                                                                      \
         1,                                                                                                            \
         100,                                                                                                          \
         NULL,                                                                                                         \
         "Text written with each effect"},                                                                             \
                {"echo",                                                                                               \
                 "outage",                                                                                             \
                 HART_SETTING_TEXT,                                                                                    \
                 offsetof(struct echo_settings, outage),                                                               \
                 "",                                                                                                   \
                 0,                                                                                                    \
                 4096,                                                                                                 \
                 NULL,                                                                                                 \
                 "While this file exists, the dependency Echo is away"},                                               \
        {                                                                                                              \
                "echo", "refuse", HART_SETTING_FLAG, offsetof(struct echo_settings, refuse), "no", 0, 0, NULL,         \
                        "Refuse these settings on reload"                                                              \
        }

enum { ECHO_EFFECTS, ECHO_LAST_SIZE, ECHO_METRICS };
extern const hart_metric echo_metrics[ECHO_METRICS];

hart_code echo_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                      size_t *blamed, hart_error *err);
hart_code echo_reload(void *state, hart_worker_context *context, hart_error *err);
hart_code echo_check(const void *own, hart_error *err);

#endif
