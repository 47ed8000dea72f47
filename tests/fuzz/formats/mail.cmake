if(HARTONOMOUS_FORMAT_MAIL)
    hartonomous_fuzz_format(mail)
endif()
