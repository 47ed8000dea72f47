#include "journal.h"

const journal_event journal_events[] = {
        /* Life of a daemon */
        {"started", "7ffaaa38c94a48cb8d676fabae402423"},
        {"stopped", "4d874f2985b04d31a65485e282a72252"},
        {"fatal", "d7d8ed1c7c654469bc28b3223980e2a7"},
        {"process-started", "aac41663e20d44c8b3a5d563ca6273e4"},
        {"process-stopped", "3c80f0f08fec4e5793ec148e278c8a9c"},
        {"process-ended", "75b8c73afc4f4f08acaa9e63980beef3"},
        {"process-hung", "43e09b44250540cc848440d2945776a6"},
        /* Settings */
        {"settings-invalid", "e77e990bd3464077a076ef660e277552"},
        {"settings-reloaded", "46eb9fecd3774931b64f34dc922654d6"},
        {"settings-refused", "710b705c6e7f47bbb1133a358e3a068b"},
        /* Dependencies */
        {"dependency-down", "35c2d37154ab4ec6beba12deb92048ba"},
        {"dependency-up", "43c4ef73089c4ab7b5e03b7c5036d1f8"},
        {"messages-postponed", "5f6d24c0ddea4f4b9d2e4bfe61f2154e"},
        {"messages-resumed", "73498d94f95a48c9b023a99b46d78c2b"},
        {"reader-waits", "d2c7832cef38496d9e89ccb7514a183c"},
        {"reader-joins", "20ea437130964c6fa3ecf188dab322b4"},
        /* Messages */
        {"message-failed", "86dd994817a14168b98af3a924b3d36c"},
        {"message-dead-lettered", "cba182e16706487c984a5f03857fcbbe"},
        {"batch-split", "06866e4292c44d4a8cbbf1a0c2e882be"},
        /* What the stages did */
        {"source-complete", "63afa4e06cc0473499a591f03db6fd11"},
        {"graph-written", "9f2ff5a943584eeba8ae3f3e2032967f"},
        {"document-fetched", "a30ad0bfec324d7e82df4e1adacad084"},
        {"document-unchanged", "954babd6b5e6472c890e4ffe787381ce"},
        {"fetch-put-off", "4f079dc9ddf8419c892b13468b4586f2"},
        {"atoms-embedded", "dd72f798f6a043879e2cc6e801d86e8e"},
        {"model-loaded", "156352802fbb4fc699bc01e773873fae"},
        {"model-missing", "60d62763af7f471ca43cd8780778b7ab"},
        /* Beside the work */
        {"telemetry-listening", "6ef8dbf3dec040a7a20daf7a71bc440d"},
        {"telemetry-unavailable", "a6efdbf95d06482f9b1076bfc0876890"},
        {"broker-maintained", "5f1a5b94a786401ba969fcb2c8350b8d"},
        {"broker-compacted", "18680fee178d4c219cdde9d10d5729c0"},
        {"broker-upkeep-failed", "26aad5193e80412fa4d1d269ab64b7be"},
        {"maintenance-failed", "2a73a9f365a94e8bbf4381f719c6c34a"},
        {"database-notice", "037a8c91d8a4490d9e4cdeb5e24eea6f"},
};
const size_t journal_event_count = sizeof journal_events / sizeof *journal_events;
