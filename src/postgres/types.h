/* Object identifiers of PostgreSQL's built-in types (pg_type.dat); they never change. */
#ifndef HARTONOMOUS_POSTGRES_TYPES_H
#define HARTONOMOUS_POSTGRES_TYPES_H

enum {
        TYPE_UNKNOWN = 0,
        TYPE_BOOL = 16,
        TYPE_BYTEA = 17,
        TYPE_NAME = 19,
        TYPE_INT8 = 20,
        TYPE_INT2 = 21,
        TYPE_INT4 = 23,
        TYPE_TEXT = 25,
        TYPE_JSON = 114,
        TYPE_FLOAT4 = 700,
        TYPE_FLOAT8 = 701,
        TYPE_BYTEA_ARRAY = 1001,
        TYPE_INT4_ARRAY = 1007,
        TYPE_TEXT_ARRAY = 1009,
        TYPE_INT8_ARRAY = 1016,
        TYPE_FLOAT4_ARRAY = 1021,
        TYPE_VARCHAR = 1043,
        TYPE_JSONB = 3802,
        TYPE_JSONB_ARRAY = 3807,
};

#endif
