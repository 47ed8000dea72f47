#include "testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hartonomous/memory.h>

#include "folder.h"

int folder_make(void **state)
{
        *state = hart_duplicate("/tmp/hartonomous-settings-XXXXXX");
        return mkdtemp(*state) != NULL ? 0 : -1;
}

static void remove_tree(const char *path)
{
        DIR *folder = opendir(path);

        for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
                HART_CLEANUP(hart_free_p) char *inner = hart_format("%s/%s", path, entry->d_name);
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        remove_tree(inner);
        }
        if (folder != NULL)
                (void)closedir(folder);
        (void)remove(path);
}

int folder_remove(void **state)
{
        remove_tree(*state);
        free(*state);
        return 0;
}

void folder_put_bytes(const char *folder, const char *name, const char *bytes, size_t size)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, name);
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
}

void folder_put(const char *folder, const char *name, const char *text)
{
        folder_put_bytes(folder, name, text, strlen(text));
}

void folder_put_folder(const char *folder, const char *name)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, name);

        assert_int_equal(mkdir(path, 0755), 0);
}

int folder_as_nobody(int (*what)(const char *folder), const char *folder)
{
        int status = 0;
        pid_t child = fork();

        if (child == 0) {
                if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
                        _exit(100);
                _exit(what(folder));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 101;
}
