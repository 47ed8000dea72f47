/* Settings of everything that talks to Neo4j: one table for the daemon and for commands. */
#include <hartonomous/graph.h>

#define AT(member)      offsetof(hart_graph_settings, member)
#define SECONDS(n)      ((n)*INT64_C(1000000))
#define MILLISECONDS(n) ((n)*INT64_C(1000))

static const char *const apis[] = {"auto", "query", "transaction", NULL};

static const hart_setting rows[] = {
        {"neo4j", "url", HART_SETTING_TEXT, AT(url), "http://127.0.0.1:7474", 8, 1024, NULL,
         "Where Neo4j's HTTP connector listens"},
        {"neo4j", "database", HART_SETTING_TEXT, AT(database), "neo4j", 3, 63, NULL, "Name of the graph's database"},
        {"neo4j", "user", HART_SETTING_TEXT, AT(user), "neo4j", 0, 255, NULL,
         "Who logs in; the password is the credential neo4j-password"},
        {"neo4j", "api", HART_SETTING_CHOICE, AT(api), "auto", 0, 0, apis,
         "HTTP interface: auto takes the faster one a single server offers, and the Query API of a cluster"},
        {"neo4j", "batch_size", HART_SETTING_COUNT, AT(batch_size), "5000", 1, 50000, NULL,
         "Rows in one request at most"},
        {"neo4j", "lanes", HART_SETTING_COUNT, AT(lanes), "1", 1, 16, NULL,
         "Requests beside one another, each over a connection of its own; more than one gains where the server is far"},
        {"neo4j", "connect_timeout", HART_SETTING_TIME, AT(connect_timeout), "5s", MILLISECONDS(10), SECONDS(300), NULL,
         "Longest wait for a connection"},
        {"neo4j", "timeout", HART_SETTING_TIME, AT(timeout), "30s", MILLISECONDS(100), SECONDS(3600), NULL,
         "Longest wait for the answer to one request"},
        {"neo4j", "response_limit", HART_SETTING_SIZE, AT(response_limit), "64M", 65536, INT64_C(1) << 30, NULL,
         "Largest answer that is read"},
        {"neo4j", "ca_file", HART_SETTING_TEXT, AT(ca_file), "", 0, 4096, NULL,
         "Certificates to trust for https, as PEM; empty for the system's"},
        {"neo4j", "client_certificate", HART_SETTING_TEXT, AT(client_certificate), "", 0, 4096, NULL,
         "Certificate to show to the server, as PEM"},
        {"neo4j", "client_key", HART_SETTING_TEXT, AT(client_key), "", 0, 4096, NULL, "Its private key, as PEM"},
        {"sync", "piece", HART_SETTING_COUNT, AT(piece), "5000", 1, 1000000, NULL,
         "Components written in one transaction at most; longer documents take several"},
        {"sync", "leave_out", HART_SETTING_TEXT, AT(leave_out), "image audio model", 0, 1024, NULL,
         "Modalities of documents whose components (tiles, samples, weights) do not go to the graph; the documents do"},
        {"sync", "levels", HART_SETTING_COUNT, AT(levels), "1", 0, 1, NULL,
         "How deep documents go into the graph: 0 documents alone, 1 with their components"},
};

const hart_settings_schema hart_graph_settings_schema = {
        .file = "graph-sync",
        .title = "hartonomous-graph-sync: keeps the graph in Neo4j equal to PostgreSQL",
        .rows = rows,
        .count = sizeof rows / sizeof *rows,
};

static hart_code open_with(hart_graph **ret, const char *directory, const hart_graph_settings *settings,
                           hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *password = NULL;
        const hart_code code = hart_credential_read(directory, "neo4j-password", &password, err);

        return code < HART_OK ? code : hart_graph_open(ret, settings, password, err);
}

hart_code hart_graph_open_configured(hart_graph **ret, const char *directory, hart_error *err)
{
        hart_graph_settings settings = {0};
        hart_code code = hart_settings_load_beside(&hart_graph_settings_schema, directory, "worker", &settings, err);

        if (code != HART_OK)
                return code;
        code = open_with(ret, directory, &settings, err);
        hart_settings_done(&hart_graph_settings_schema, &settings);
        return code;
}
