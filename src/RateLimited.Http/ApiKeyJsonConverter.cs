using System.Text.Json;
using System.Text.Json.Serialization;

namespace RateLimited.Http;

/// <summary>Reads keys and writes none.</summary>
internal sealed class ApiKeyJsonConverter : JsonConverter<ApiKey>
{
    public override ApiKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ApiKey.TryCreate(reader.GetString(), out var key) ? key : throw new JsonException($"The value is no key; give {ApiKey.Right}.");

    public override void Write(Utf8JsonWriter writer, ApiKey value, JsonSerializerOptions options) => writer.WriteStringValue(ApiKey.Hidden);
}
