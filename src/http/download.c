/* A download: one request, its answer handed on as it comes. */
#include <hartonomous/http.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include <hartonomous/clock.h>

#include "retry_after.h"

#define HEADER_MAX 1000 /* bytes of a field that are kept */

struct transfer {
        hart_download *download;
        CURL *curl;
        struct curl_slist *headers;
        char message[CURL_ERROR_SIZE];
        hart_error *error;
        hart_code code; /* why it was broken off by us */
        uint64_t waiting_called;
        bool refused, too_long; /* a peer's address; the body */
};

static void transfer_done(struct transfer *transfer)
{
        curl_slist_free_all(transfer->headers);
        curl_easy_cleanup(transfer->curl);
}

/* The address is that which is connected to: what the name resolves to a moment later is of no use to anybody. */
static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
        struct transfer *transfer = data;
        (void)purpose;
        if (!transfer->download->private_addresses && hart_address_is_private(&address->addr)) {
                transfer->refused = true;
                return CURL_SOCKET_BAD;
        }
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *data)
{
        struct transfer *transfer = data;
        hart_download *download = transfer->download;
        const size_t more = size * count;
        long status = 0;
        curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
        if (more > download->limit - download->size) {
                transfer->too_long = true;
                return CURL_WRITEFUNC_ERROR;
        }
        download->size += more;
        transfer->code = status == 200 ? download->take(bytes, more, download->data, transfer->error) : HART_OK;
        return transfer->code == HART_OK ? more : CURL_WRITEFUNC_ERROR;
}

static void keep(char **into, const char *text, size_t size)
{
        while (size > 0 && (*text == ' ' || *text == '\t'))
                text++, size--;
        while (size > 0 && strchr(" \t\r\n", text[size - 1]))
                size--;
        free(*into);
        *into = size > 0 && size <= HEADER_MAX ? hart_duplicate_n(text, size) : NULL;
}

static size_t receive_header(char *line, size_t size, size_t count, void *data)
{
        static const struct {
                const char *name;
                size_t offset;
        } kept[] = {{"content-type:", offsetof(hart_download, content_type)},
                    {"location:", offsetof(hart_download, location)},
                    {"etag:", offsetof(hart_download, new_etag)},
                    {"last-modified:", offsetof(hart_download, new_modified)}};
        static const char retry[] = "retry-after:";
        hart_download *download = ((struct transfer *)data)->download;
        const size_t bytes = size * count;
        if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0) /* of an interim answer nothing counts */
                hart_download_done(download);
        if (bytes > sizeof retry - 1 && strncasecmp(line, retry, sizeof retry - 1) == 0)
                download->retry_after =
                        http_retry_after(line + sizeof retry - 1, bytes - (sizeof retry - 1), time(NULL));
        for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
                const size_t length = strlen(kept[i].name);
                if (bytes > length && strncasecmp(line, kept[i].name, length) == 0)
                        keep((char **)(void *)((char *)download + kept[i].offset), line + length, bytes - length);
        }
        return bytes;
}

static int progress(void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
        struct transfer *transfer = data;
        const hart_download *download = transfer->download;
        const uint64_t now = hart_now();
        (void)down, (void)up_total, (void)up;
        if (down_total > 0 && (uint64_t)down_total > download->limit) { /* it says so itself: nothing need be read */
                transfer->too_long = true;
                return 1;
        }
        if (!download->waiting || now - transfer->waiting_called < HART_SECOND / 2)
                return 0;
        transfer->waiting_called = now;
        transfer->code = download->waiting(download->waiting_data);
        return transfer->code == HART_OK ? 0 : 1;
}

#define SET(option, value)                                                                                             \
        do {                                                                                                           \
                if (result == CURLE_OK)                                                                                \
                        result = curl_easy_setopt(transfer->curl, (option), (value));                                  \
        } while (0)

static CURLcode set_limits(struct transfer *transfer)
{
        const hart_download *download = transfer->download;
        CURLcode result = CURLE_OK;
        SET(CURLOPT_ERRORBUFFER, transfer->message);
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_NOPROXY, "*");
        SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(download->connect_timeout / HART_MILLISECOND));
        SET(CURLOPT_TIMEOUT_MS, (long)(download->total_timeout / HART_MILLISECOND));
        SET(CURLOPT_LOW_SPEED_LIMIT, 1000L);
        SET(CURLOPT_LOW_SPEED_TIME, (long)((download->stall_timeout + HART_SECOND - 1) / HART_SECOND));
        SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
        SET(CURLOPT_OPENSOCKETDATA, transfer);
        return result;
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
        if (!value || !*value)
                return;
        HART_CLEANUP(hart_free_p) char *line = hart_format("%s: %s", name, value);
        struct curl_slist *longer = curl_slist_append(transfer->headers, line);
        if (!longer)
                abort(); /* out of memory */
        transfer->headers = longer;
}

static CURLcode set_request(struct transfer *transfer)
{
        const hart_download *download = transfer->download;
        CURLcode result = CURLE_OK;
        add_header(transfer, "Accept", "*/*");
        add_header(transfer, "If-None-Match", download->etag);
        add_header(transfer, "If-Modified-Since", download->modified);
        SET(CURLOPT_URL, download->url);
        SET(CURLOPT_HTTPHEADER, transfer->headers);
        SET(CURLOPT_USERAGENT,
            download->user_agent && *download->user_agent ? download->user_agent : "hartonomous/" HARTONOMOUS_VERSION);
        SET(CURLOPT_WRITEFUNCTION, receive_body);
        SET(CURLOPT_WRITEDATA, transfer);
        SET(CURLOPT_HEADERFUNCTION, receive_header);
        SET(CURLOPT_HEADERDATA, transfer);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, progress);
        SET(CURLOPT_XFERINFODATA, transfer);
        return result;
}

static hart_code judge(const struct transfer *transfer, CURLcode result, hart_error *err)
{
        const hart_download *download = transfer->download;
        const bool never = result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_URL_MALFORMAT ||
                           result == CURLE_PEER_FAILED_VERIFICATION;
        if (result == CURLE_OK)
                return HART_OK;
        if (transfer->code != HART_OK)
                return transfer->error && transfer->error->code == transfer->code
                               ? transfer->code
                               : hart_fail(err, transfer->code, "%s: given up while it was read", download->url);
        if (transfer->too_long)
                return hart_fail(err, HART_POISON, "%s: is longer than %llu bytes, [fetch] max_size", download->url,
                                 (unsigned long long)download->limit);
        if (transfer->refused)
                return hart_fail(err, HART_POISON,
                                 "%s: its address is not public; [fetch] private_addresses = yes allows such",
                                 download->url);
        return hart_fail(err, never ? HART_POISON : HART_RETRY, "%s: %s", download->url,
                         transfer->message[0] ? transfer->message : curl_easy_strerror(result));
}

hart_code hart_download_run(hart_download *download, hart_error *err)
{
        HART_CLEANUP(transfer_done)
        struct transfer transfer = {.download = download, .error = err, .waiting_called = hart_now()};
        hart_download_done(download);
        transfer.curl = curl_easy_init();
        CURLcode result = transfer.curl ? set_limits(&transfer) : CURLE_FAILED_INIT;
        if (result == CURLE_OK)
                result = set_request(&transfer);
        if (result != CURLE_OK)
                return hart_fail(err, HART_FATAL, "libcurl: %s", curl_easy_strerror(result));
        result = curl_easy_perform(transfer.curl);
        curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &download->status);
        return judge(&transfer, result, err);
}

void hart_download_done(hart_download *download)
{
        free(download->content_type);
        free(download->location);
        free(download->new_etag);
        free(download->new_modified);
        download->content_type = download->location = download->new_etag = download->new_modified = NULL;
        download->size = download->retry_after = 0;
        download->status = 0;
}
