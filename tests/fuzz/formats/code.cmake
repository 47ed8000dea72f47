if(HARTONOMOUS_FORMAT_CODE)
    hartonomous_fuzz_format(code)
endif()
