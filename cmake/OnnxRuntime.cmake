# The engine "onnx" needs one header at build time, ONNX Runtime's C API; its library is opened at run time, where a model
# asks for the engine. AUTO: built in where the header is found; ON: it must be; OFF: it is not.
set(HARTONOMOUS_ENGINE_ONNX AUTO CACHE STRING "Engine onnx (ONNX Runtime): AUTO, ON or OFF")
set_property(CACHE HARTONOMOUS_ENGINE_ONNX PROPERTY STRINGS AUTO ON OFF)
find_path(HARTONOMOUS_ONNXRUNTIME onnxruntime_c_api.h PATH_SUFFIXES onnxruntime onnxruntime/core/session
    PATHS /var/cache/hartonomous/onnxruntime/include $ENV{XDG_CACHE_HOME}/hartonomous/onnxruntime/include
        $ENV{HOME}/.cache/hartonomous/onnxruntime/include
    DOC "Folder of onnxruntime_c_api.h, as scripts/install-onnxruntime makes it")

# hartonomous_engine_onnx(TARGET ABSENT SOURCES…): TARGET computes with ONNX Runtime by these sources, or says by ABSENT that it does not.
function(hartonomous_engine_onnx target absent)
    if(HARTONOMOUS_ENGINE_ONNX STREQUAL "AUTO" AND HARTONOMOUS_ONNXRUNTIME)
        set(built ON)
    elseif(HARTONOMOUS_ENGINE_ONNX STREQUAL "AUTO")
        set(built OFF)
    else()
        set(built ${HARTONOMOUS_ENGINE_ONNX})
    endif()
    if(built AND NOT HARTONOMOUS_ONNXRUNTIME)
        message(FATAL_ERROR "onnxruntime_c_api.h, which the engine onnx needs, is missing: run scripts/install-onnxruntime, or set "
            "-DHARTONOMOUS_ENGINE_ONNX=OFF")
    elseif(built)
        message(STATUS "Engine onnx: built in, with ${HARTONOMOUS_ONNXRUNTIME}/onnxruntime_c_api.h")
        target_sources(${target} PRIVATE ${ARGN})
        target_include_directories(${target} SYSTEM PRIVATE ${HARTONOMOUS_ONNXRUNTIME})
    else()
        message(STATUS "Engine onnx: left out (scripts/install-onnxruntime gets what it is built with)")
        target_sources(${target} PRIVATE ${absent})
    endif()
endfunction()
