# What is needed to write a worker of one's own: the contracts, the libraries behind them and a pkg-config file. Programs,
# units, settings and man pages are installed by their own folders.
set(contracts broker clock compression digest error http json memory postgres schema settings utf8 worker)
list(TRANSFORM contracts REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/include/hartonomous/\\1.h")
install(FILES ${contracts} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hartonomous COMPONENT development)

# In the order a linker of static libraries wants: users before what they use.
set(HARTONOMOUS_PC_LIBS "")
foreach(library worker schema broker http postgres common)
    install(TARGETS hartonomous_${library} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
    string(APPEND HARTONOMOUS_PC_LIBS " -lhartonomous_${library}")
endforeach()
# The prefix is told from where the file lies, so that a tree that was moved or installed under DESTDIR works too.
file(RELATIVE_PATH HARTONOMOUS_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/hartonomous.pc.in hartonomous.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hartonomous.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
