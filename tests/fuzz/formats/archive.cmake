if(HARTONOMOUS_FORMAT_ARCHIVE)
    hartonomous_fuzz_format(archive)
endif()
