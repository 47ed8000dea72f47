#include <hartonomous/settings.h>

#include <hartonomous/clock.h>

#define AT(field) offsetof(hart_common_settings, field)

static const char *const log_levels[] = {"err", "warning", "notice", "info", "debug", NULL};

static const hart_setting rows[] = {
        {"database", "conninfo", HART_SETTING_TEXT, AT(conninfo), "host=/run/postgresql dbname=hartonomous", 1, 2048,
         NULL, "Where PostgreSQL is: a libpq connection string or URI, without a password (that is a credential)"},
        {"database", "connect_timeout", HART_SETTING_TIME, AT(connect_timeout), "10s", (int64_t)HART_SECOND,
         (int64_t)(600 * HART_SECOND), NULL, "How long one attempt to connect may take"},
        {"logging", "level", HART_SETTING_CHOICE, AT(log_level), "info", 0, 0, log_levels,
         "The least important messages that still go to the journal"},
        {"telemetry", "enabled", HART_SETTING_FLAG, AT(telemetry), "yes", 0, 0, NULL,
         "Whether each daemon answers /health and /metrics over HTTP"},
        {"telemetry", "listen", HART_SETTING_TEXT, AT(telemetry_listen), "/run/hartonomous", 1, 255, NULL,
         "Where it answers: a folder for the Unix sockets NAME.sock, or host:port"},
};

const hart_settings_schema hart_common_settings_schema = {
        .file = "hartonomous",
        .title = "hartonomous.conf: settings of all Hartonomous programs",
        .rows = rows,
        .count = sizeof rows / sizeof rows[0],
};
