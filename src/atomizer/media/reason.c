/* reason: what the libraries say about a broken file. Their callback knows no caller, so the text lies in a static. */
#include <stdio.h>
#include <string.h>

#include <libavutil/log.h>

#include "media.h"

static char reason[256];

__attribute__((format(printf, 3, 0))) static void on_log(void *object, int level, const char *format, va_list arguments)
{
        (void)object;
        /* The first complaint is nearest to the cause. An address would differ from run to run. */
        if (level > AV_LOG_ERROR || reason[0] != '\0' || strstr(format, "%p") != NULL)
                return;
        (void)vsnprintf(reason, sizeof reason, format, arguments);
        reason[strcspn(reason, "\r\n")] = '\0';
}

void reason_listen(void)
{
        av_log_set_callback(on_log);
}

void reason_forget(void)
{
        reason[0] = '\0';
}

void reason_give(const char *text)
{
        if (reason[0] == '\0')
                (void)snprintf(reason, sizeof reason, "%s", text);
}

const char *reason_text(int error)
{
        if (reason[0] == '\0' && (error >= 0 || av_strerror(error, reason, sizeof reason) < 0))
                (void)snprintf(reason, sizeof reason, "no reason is given");
        return reason;
}
