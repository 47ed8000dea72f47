# hartonomous_embed(TARGET HEADER FILE…) makes text files constants of a program. HEADER ("ingestion_sql.h") declares,
# for each file "insert_atoms.sql",   extern const hart_pg_statement sql_insert_atoms;   and for other endings
# (".cypher", ".json", …)             extern const char cypher_name[]; extern const size_t cypher_name_size;
# The header is included as "ingestion_sql.h"; the files are relative to the calling folder.
set(HARTONOMOUS_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed-files.cmake)

function(hartonomous_embed target header)
    get_filename_component(stem ${header} NAME_WE)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${stem})
    list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
    string(REPLACE ";" "|" joined "${files}")
    add_custom_command(
        OUTPUT ${out}.c ${out}.h
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFILES=${joined} -P ${HARTONOMOUS_EMBED_SCRIPT}
        DEPENDS ${files} ${HARTONOMOUS_EMBED_SCRIPT}
        COMMENT "Embedding ${stem}" VERBATIM)
    target_sources(${target} PRIVATE ${out}.c ${out}.h)
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
