#include <hartonomous/http.h>

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

static void url_cleanup(CURLU **url)
{
        curl_url_cleanup(*url);
}

static void text_free(char **text)
{
        curl_free(*text);
}

static bool is_web(const char *scheme)
{
        return strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
}

hart_code hart_url_host(const char *url, char **host, int *port, hart_error *err)
{
        HART_CLEANUP(url_cleanup) CURLU *parts = curl_url();
        HART_CLEANUP(text_free) char *scheme = NULL;
        HART_CLEANUP(text_free) char *name = NULL;
        HART_CLEANUP(text_free) char *number = NULL;
        HART_CLEANUP(text_free) char *user = NULL;
        if (!parts || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
            curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
                return hart_fail(err, HART_POISON, "%.200s: is no URL of a web page", url);
        if (!is_web(scheme))
                return hart_fail(err, HART_POISON, "%.200s: neither http: nor https:", url);
        if (curl_url_get(parts, CURLUPART_HOST, &name, 0) != CURLUE_OK ||
            curl_url_get(parts, CURLUPART_PORT, &number, CURLU_DEFAULT_PORT) != CURLUE_OK)
                return hart_fail(err, HART_POISON, "%.200s: is no URL of a web page", url);
        if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
                return hart_fail(err, HART_POISON, "a URL with a user or password in it is not fetched");
        *host = hart_duplicate(name);
        for (char *letter = *host; *letter; letter++)
                if (*letter >= 'A' && *letter <= 'Z')
                        *letter = (char)(*letter - 'A' + 'a');
        const size_t size = strlen(*host);
        if (size > 1 && (*host)[size - 1] == '.')
                (*host)[size - 1] = '\0';
        *port = (int)strtol(number, NULL, 10);
        return HART_OK;
}

hart_code hart_url_resolve(const char *base, const char *location, char **ret, hart_error *err)
{
        HART_CLEANUP(url_cleanup) CURLU *parts = curl_url();
        HART_CLEANUP(text_free) char *whole = NULL;
        if (!parts || curl_url_set(parts, CURLUPART_URL, base, 0) != CURLUE_OK ||
            curl_url_set(parts, CURLUPART_URL, location, 0) != CURLUE_OK ||
            curl_url_get(parts, CURLUPART_URL, &whole, 0) != CURLUE_OK)
                return hart_fail(err, HART_POISON, "it is redirected to \"%.200s\", which is no URL", location);
        *ret = hart_duplicate(whole);
        return HART_OK;
}
