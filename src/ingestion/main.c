/* hartonomous-ingestion: takes documents from the broker and stores them as atoms. */
#include "ingestion.h"

int main(int argc, char *argv[])
{
        return hart_worker_main(&ingestion_worker, argc, argv);
}
