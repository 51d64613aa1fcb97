using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads limits per tenant and classes of tenants.</summary>
internal static class TenantSectionReader
{
    private const string TenantsRight = "each the name of a tenant";

    public static readonly IReadOnlyList<SectionKey<TenantClassOptions>> ClassKeys =
    [
        new("Limits", static (reader, section, tenantClass) => LimitSectionReader.Read(reader, section, tenantClass.Limits)),
        new("Tenants", static (reader, section, tenantClass) => ReadTenants(reader, section, tenantClass.Tenants)),
        new("Weight", static (reader, section, tenantClass) => reader.Number(section, OptionBounds.Weight, value => tenantClass.Weight = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<TenantOptions>> Keys =
    [
        new("Limits", static (reader, section, tenants) => LimitSectionReader.Read(reader, section, tenants.Limits)),
        new("Classes", static (reader, section, tenants) => ReadClasses(reader, section, tenants.Classes)),
    ];

    private static void ReadClasses(SectionReader reader, IConfigurationSection section, IDictionary<string, TenantClassOptions> classes)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section of classes, such as { \"premium\": { \"Limits\": \"600/minute\", \"Tenants\": [\"contoso\"] } }");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            var tenantClass = new TenantClassOptions();
            classes[child.Key] = tenantClass;
            reader.Keys(child, tenantClass, ClassKeys);
        }
    }

    private static void ReadTenants(SectionReader reader, IConfigurationSection section, IList<string> tenants)
    {
        foreach (var element in reader.List(section, TenantsRight))
        {
            // Not asked for children, as every other value is: that would cost the square of the number of tenants.
            if (string.IsNullOrWhiteSpace(element.Value))
            {
                reader.Refuse(element, Fault.Missing, "the name of a tenant");
            }
            else
            {
                tenants.Add(element.Value);
            }
        }
    }
}
