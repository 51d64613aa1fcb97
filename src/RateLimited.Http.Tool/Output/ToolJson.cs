using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RateLimited.Http.Tool.Planning;
using RateLimited.Http.Tool.Presets;
using RateLimited.Http.Tool.Simulation;
using RateLimited.Http.Tool.Validation;

namespace RateLimited.Http.Tool.Output;

/// <summary>What the tool writes with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PresetList))]
[JsonSerializable(typeof(PresetDocument))]
[JsonSerializable(typeof(ValidationReport))]
[JsonSerializable(typeof(SimulationDocument))]
[JsonSerializable(typeof(PlanDocument))]
internal sealed partial class ToolJson : JsonSerializerContext
{
    /// <summary>Texts as they are: what is not printable was replaced when it was read, and nobody writes the document into a page.</summary>
    public static ToolJson Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
