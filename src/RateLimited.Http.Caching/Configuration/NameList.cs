using Microsoft.Extensions.Configuration;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>Reads a list of names; one alone is a list of one.</summary>
internal static class NameList
{
    public static void Read(SectionReader reader, IConfigurationSection section, string right, IList<string> names)
    {
        foreach (var element in reader.List(section, right))
        {
            if (reader.Text(element, right) is { } name)
            {
                names.Add(name);
            }
        }
    }
}
