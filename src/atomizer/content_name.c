/* content_name: what a file's name says of it. */
#include <string.h>
#include <strings.h>

#include "content_look.h"

static const struct {
        const char *ending, *type;
} endings[] = {
        /* texts */
        {".txt", "text/plain"},
        {".text", "text/plain"},
        {".log", "text/plain"},
        {".md", "text/markdown"},
        {".markdown", "text/markdown"},
        {".mkd", "text/markdown"},
        {".rst", "text/x-rst"},
        {".adoc", "text/asciidoc"},
        {".org", "text/org"},
        {".tex", "text/x-tex"},
        {".bib", "text/x-bibtex"},
        {".diff", "text/x-diff"},
        {".patch", "text/x-diff"},
        {".po", "text/x-gettext-translation"},
        {".srt", "application/x-subrip"},
        {".vtt", "text/vtt"},
        {".ics", "text/calendar"},
        {".vcf", "text/vcard"},
        {".eml", "message/rfc822"},
        {".mbox", "application/mbox"},
        /* data */
        {".csv", "text/csv"},
        {".tsv", "text/tab-separated-values"},
        {".tab", "text/tab-separated-values"},
        {".json", "application/json"},
        {".geojson", "application/geo+json"},
        {".jsonld", "application/ld+json"},
        {".webmanifest", "application/manifest+json"},
        {".ipynb", "application/x-ipynb+json"},
        {".jsonl", "application/x-ndjson"},
        {".ndjson", "application/x-ndjson"},
        {".yaml", "application/yaml"},
        {".yml", "application/yaml"},
        {".toml", "application/toml"},
        {".ini", "text/x-ini"},
        {".cfg", "text/x-ini"},
        {".conf", "text/x-ini"},
        {".properties", "text/x-java-properties"},
        {".sql", "application/sql"},
        {".proto", "text/x-protobuf"},
        {".graphql", "application/graphql"},
        /* markup */
        {".html", "text/html"},
        {".htm", "text/html"},
        {".xhtml", "application/xhtml+xml"},
        {".xml", "application/xml"},
        {".xsd", "application/xml"},
        {".xsl", "application/xslt+xml"},
        {".xslt", "application/xslt+xml"},
        {".svg", "image/svg+xml"},
        {".rss", "application/rss+xml"},
        {".atom", "application/atom+xml"},
        {".rdf", "application/rdf+xml"},
        {".kml", "application/vnd.google-earth.kml+xml"},
        {".gpx", "application/gpx+xml"},
        {".plist", "application/xml"},
        {".css", "text/css"},
        /* programs */
        {".c", "text/x-c"},
        {".h", "text/x-c"},
        {".cc", "text/x-c++"},
        {".cpp", "text/x-c++"},
        {".cxx", "text/x-c++"},
        {".c++", "text/x-c++"},
        {".hh", "text/x-c++"},
        {".hpp", "text/x-c++"},
        {".hxx", "text/x-c++"},
        {".m", "text/x-objective-c"},
        {".py", "text/x-python"},
        {".pyi", "text/x-python"},
        {".pyw", "text/x-python"},
        {".js", "text/javascript"},
        {".mjs", "text/javascript"},
        {".cjs", "text/javascript"},
        {".jsx", "text/javascript"},
        {".ts", "application/x-typescript"},
        {".mts", "application/x-typescript"},
        {".cts", "application/x-typescript"},
        {".tsx", "application/x-typescript"},
        {".java", "text/x-java"},
        {".kt", "text/x-kotlin"},
        {".kts", "text/x-kotlin"},
        {".scala", "text/x-scala"},
        {".groovy", "text/x-groovy"},
        {".go", "text/x-go"},
        {".rs", "text/x-rust"},
        {".cs", "text/x-csharp"},
        {".fs", "text/x-fsharp"},
        {".vb", "text/x-vb"},
        {".swift", "text/x-swift"},
        {".rb", "text/x-ruby"},
        {".php", "text/x-php"},
        {".pl", "text/x-perl"},
        {".pm", "text/x-perl"},
        {".lua", "text/x-lua"},
        {".r", "text/x-r"},
        {".jl", "text/x-julia"},
        {".hs", "text/x-haskell"},
        {".ml", "text/x-ocaml"},
        {".erl", "text/x-erlang"},
        {".ex", "text/x-elixir"},
        {".exs", "text/x-elixir"},
        {".clj", "text/x-clojure"},
        {".lisp", "text/x-common-lisp"},
        {".el", "text/x-emacs-lisp"},
        {".scm", "text/x-scheme"},
        {".f90", "text/x-fortran"},
        {".pas", "text/x-pascal"},
        {".asm", "text/x-asm"},
        {".s", "text/x-asm"},
        {".sh", "application/x-sh"},
        {".bash", "application/x-sh"},
        {".zsh", "application/x-sh"},
        {".ksh", "application/x-sh"},
        {".ps1", "text/x-powershell"},
        {".bat", "text/x-bat"},
        {".cmd", "text/x-bat"},
        {".tcl", "text/x-tcl"},
        {".awk", "text/x-awk"},
        {".cypher", "text/x-cypher"},
        {".cmake", "text/x-cmake"},
        {".mk", "text/x-makefile"},
        /* what has no, or hardly any, first bytes of its own */
        {".onnx", "application/x-onnx"},
        {".safetensors", "application/x-safetensors"},
        {".gguf", "application/x-gguf"},
        {".mp3", "audio/mpeg"},
        {".tga", "image/x-tga"},
        /* kinds of zip and Matroska that only their names tell from others */
        {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {".docm", "application/vnd.ms-word.document.macroenabled.12"},
        {".dotx", "application/vnd.openxmlformats-officedocument.wordprocessingml.template"},
        {".dotm", "application/vnd.ms-word.template.macroenabled.12"},
        {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {".xlsm", "application/vnd.ms-excel.sheet.macroenabled.12"},
        {".xltx", "application/vnd.openxmlformats-officedocument.spreadsheetml.template"},
        {".xltm", "application/vnd.ms-excel.template.macroenabled.12"},
        {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {".pptm", "application/vnd.ms-powerpoint.presentation.macroenabled.12"},
        {".potx", "application/vnd.openxmlformats-officedocument.presentationml.template"},
        {".potm", "application/vnd.ms-powerpoint.template.macroenabled.12"},
        {".ppsx", "application/vnd.openxmlformats-officedocument.presentationml.slideshow"},
        {".ppsm", "application/vnd.ms-powerpoint.slideshow.macroenabled.12"},
        {".odt", "application/vnd.oasis.opendocument.text"},
        {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
        {".odp", "application/vnd.oasis.opendocument.presentation"},
        {".odg", "application/vnd.oasis.opendocument.graphics"},
        {".ott", "application/vnd.oasis.opendocument.text-template"},
        {".ots", "application/vnd.oasis.opendocument.spreadsheet-template"},
        {".otp", "application/vnd.oasis.opendocument.presentation-template"},
        {".epub", "application/epub+zip"},
        {".jar", "application/java-archive"},
        {".war", "application/java-archive"},
        {".apk", "application/vnd.android.package-archive"},
        {".mka", "audio/x-matroska"},
};

/* Files that are known by their whole name. */
static const struct {
        const char *name, *type;
} names[] = {
        {"Makefile", "text/x-makefile"},     {"GNUmakefile", "text/x-makefile"}, {"CMakeLists.txt", "text/x-cmake"},
        {"Dockerfile", "text/x-dockerfile"}, {"Gemfile", "text/x-ruby"},         {"Rakefile", "text/x-ruby"},
        {"Jenkinsfile", "text/x-groovy"},    {".bashrc", "application/x-sh"},    {".profile", "application/x-sh"},
        {".editorconfig", "text/x-ini"},     {".gitconfig", "text/x-ini"},
};

const char *type_by_name(const char *name)
{
        if (name == NULL)
                return NULL;
        const char *slash = strrchr(name, '/');
        const char *last = slash != NULL ? slash + 1 : name;
        size_t length = strlen(last);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                if (strcmp(last, names[i].name) == 0)
                        return names[i].type;
        }
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
                size_t ending = strlen(endings[i].ending);
                if (length > ending && strcasecmp(last + length - ending, endings[i].ending) == 0)
                        return endings[i].type;
        }
        return NULL;
}
