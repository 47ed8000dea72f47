/* The one file in C++: no exception leaves it. */
#include <exception>
#include <string>

#include <sentencepiece_processor.h>

extern "C" {
#include "sentencepiece_model.h"
}

static hart_code read_pieces(const void *data, size_t size, sentencepiece_model_visit visit, void *user,
                             hart_error *err)
{
        sentencepiece::SentencePieceProcessor processor;
        const auto status = processor.LoadFromSerializedProto(absl::string_view(static_cast<const char *>(data), size));

        if (!status.ok())
                return hart_fail(err, HART_CONFIG, "is no model of SentencePiece: %.200s", status.ToString().c_str());
        for (int i = 0; i < processor.GetPieceSize(); i++) {
                const std::string &piece = processor.IdToPiece(i);
                const hart_code code = visit(piece.data(), piece.size(), processor.GetScore(i), user, err);
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}

hart_code sentencepiece_model_pieces(const void *data, size_t size, sentencepiece_model_visit visit, void *user,
                                     hart_error *err)
{
        try {
                return read_pieces(data, size, visit, user, err);
        } catch (const std::exception &exception) {
                return hart_fail(err, HART_CONFIG, "is no model of SentencePiece: %.200s", exception.what());
        } catch (...) {
                return hart_fail(err, HART_CONFIG, "is no model of SentencePiece");
        }
}
