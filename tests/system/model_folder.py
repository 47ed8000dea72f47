"""Where scripts/install-model put the model."""

import os


def model_folder():
    candidates = [os.environ.get("HARTONOMOUS_TEST_MODEL"),
                  os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "hartonomous", "models", "all-MiniLM-L6-v2"),
                  "/var/cache/hartonomous/models/all-MiniLM-L6-v2"]
    for folder in candidates:
        if folder and os.path.exists(os.path.join(folder, "model.safetensors")):
            return folder
    raise RuntimeError("the model is not installed: run scripts/install-model, or let HARTONOMOUS_TEST_MODEL name its folder")
