using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Embeddings.Upstream;

/// <summary>Vectors that depend on their text alone and have the length 1, as real ones do, in the provider's JSON.</summary>
internal static class EmbeddingsAnswer
{
    public static async Task WriteAsync(PipeWriter output, EmbeddingsQuestion question, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (var i = 0; i < question.Texts.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            WriteVector(json, VectorOf(question.Texts[i], question.Dimensions), question.InBase64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, question.Model);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, question.Tokens);
        json.WriteNumber("total_tokens"u8, question.Tokens);
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    public static float[] VectorOf(string text, int dimensions)
    {
        var seed = text.Aggregate(2_166_136_261u, static (hash, c) => (hash ^ c) * 16_777_619);
        var vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            seed = (seed * 1_664_525) + 1_013_904_223;
            vector[i] = ((seed >> 8) / (float)(1 << 23)) - 1;
        }

        var length = MathF.Sqrt(vector.Sum(static x => x * x));
        return Array.ConvertAll(vector, x => x / length);
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool inBase64)
    {
        if (inBase64)
        {
            json.WriteBase64String("embedding"u8, MemoryMarshal.AsBytes<float>(vector));
            return;
        }

        json.WriteStartArray("embedding"u8);
        foreach (var number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
