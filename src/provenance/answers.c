#include <hartonomous/provenance.h>
