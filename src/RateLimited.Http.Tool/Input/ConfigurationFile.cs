using System.Text.Json;
using Microsoft.Extensions.Configuration;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tool.Input;

/// <summary>An appsettings.json: what it configures, and where in the file that stands.</summary>
internal sealed class ConfigurationFile
{
    /// <summary>A service of a hundred endpoints needs 20 kB.</summary>
    private const long MostBytes = 1_000_000;

    private readonly JsonPlaces _places;

    private ConfigurationFile(string path, IConfigurationRoot configuration, JsonPlaces places)
    {
        Path = path;
        _places = places;
        Configured = InspectedConfiguration.Of(configuration);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it configures.</summary>
    public InspectedConfiguration Configured { get; }

    /// <exception cref="BadInputException">It cannot be read, or is no JSON.</exception>
    public static ConfigurationFile Read(string path)
    {
        using var file = InputFile.Open(path, MostBytes);
        var bytes = new byte[MostBytes + 1];
        var length = ReadAll(path, file, bytes);
        if (length > MostBytes)
        {
            throw new BadInputException($"{InputFile.Shown(path)}: more than {MostBytes} bytes → at most so many.");
        }

        var json = bytes.AsMemory(0, length);
        try
        {
            var places = JsonPlaces.Of(json.Span);
            using var stream = new MemoryStream(bytes, 0, length, writable: false);
            return new ConfigurationFile(path, new ConfigurationBuilder().AddJsonStream(stream).Build(), places);
        }
        catch (JsonException fault)
        {
            throw new BadInputException($"{InputFile.Shown(path)}, {JsonPlaces.Words(fault)}: no valid JSON.", fault);
        }
        catch (Exception fault) when (fault is FormatException or InvalidDataException)
        {
            throw new BadInputException($"{InputFile.Shown(path)}: {Fault.Excerpt(fault.Message, 200).TrimEnd('.')}.", fault);
        }
    }

    /// <summary>The line on which a path of the configuration stands, or what of it there is; null where nothing of it does.</summary>
    public int? LineOf(string path) => _places.LineOf(path);

    /// <summary>The service of a name, or the only one.</summary>
    /// <exception cref="BadInputException">There is none, or none is named and there are several.</exception>
    public (string Name, ServiceRateLimitingOptions Options) Service(string? name)
    {
        var services = Configured.Services;
        if (name is null)
        {
            return services.Count switch
            {
                1 => services.Select(static service => (service.Key, service.Value)).First(),
                0 => throw new BadInputException($"{InputFile.Shown(Path)}: no service → one under {RateLimitingOptionsReader.ServicesPath}."),
                _ => throw new BadInputException($"{InputFile.Shown(Path)}: {services.Count} services → say which by --service: {Names()}."),
            };
        }

        return services.TryGetValue(name, out var options)
            ? (services.Keys.First(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)), options)
            : throw new BadInputException($"--service: {Fault.Quote(name)} → {(services.Count == 0 ? $"a service under {RateLimitingOptionsReader.ServicesPath}" : NearestWord.OfKnown(name, services.Keys.Select(static key => Fault.Excerpt(key))))}.");
    }

    /// <summary>That nothing is wrong with it, for whoever needs it to be right.</summary>
    /// <exception cref="BadInputException">Something is.</exception>
    public void MustBeRight()
    {
        if (Configured.Faults is [var first, ..])
        {
            var more = Configured.Faults.Count + Configured.UnlistedFaults - 1;
            throw new BadInputException($"{first}{(more > 0 ? $" (and {more} more: 'validate' lists them)" : string.Empty)}");
        }
    }

    private string Names() => string.Join(", ", Configured.Services.Keys.Order(StringComparer.Ordinal).Take(20).Select(static name => Fault.Excerpt(name)));

    private static int ReadAll(string path, FileStream file, byte[] bytes)
    {
        try
        {
            return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (IOException fault)
        {
            throw new BadInputException($"{InputFile.Shown(path)}: it cannot be read.", fault);
        }
    }
}
