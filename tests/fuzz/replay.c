/* replay: runs a fuzz target over the files of its corpus, where there is no libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
        FILE *file = fopen(path, "rb");
        if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
                perror(path);
                return -1;
        }
        long size = ftell(file);
        rewind(file);
        unsigned char *data = malloc(size > 0 ? (size_t)size : 1);
        size_t got = size > 0 ? fread(data, 1, (size_t)size, file) : 0;
        fclose(file);
        (void)LLVMFuzzerTestOneInput(data, got);
        free(data);
        return 0;
}

int main(int argc, char *argv[])
{
        size_t files = 0;
        for (int i = 1; i < argc; i++) {
                DIR *folder = opendir(argv[i]);
                if (folder == NULL) {
                        perror(argv[i]);
                        return 1;
                }
                for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
                        char path[4096];
                        if (entry->d_name[0] == '.')
                                continue;
                        snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
                        if (replay_file(path) < 0)
                                return 1;
                        files++;
                }
                closedir(folder);
        }
        printf("replayed %zu files\n", files);
        return files == 0; /* an empty corpus proves nothing */
}
