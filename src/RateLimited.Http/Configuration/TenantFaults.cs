namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with limits per tenant and with classes of tenants.</summary>
internal static class TenantFaults
{
    public static void Check(FaultList faults, string path, TenantOptions tenants)
    {
        LimitListFaults.Check(faults, $"{path}:Limits", tenants.Limits, LimitPlace.Tenant);
        if (tenants.Classes.Count > OptionBounds.MaxTenantClasses)
        {
            faults.Add($"{path}:Classes", $"{tenants.Classes.Count} classes", $"at most {OptionBounds.MaxTenantClasses}");
            return;
        }

        var classOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, tenantClass) in tenants.Classes)
        {
            var place = $"{path}:Classes:{name}";
            if (!LimitFaults.IsName(name))
            {
                faults.Add(place, Fault.Quote(name), LimitFaults.NameRange);
            }

            if (tenantClass is null)
            {
                faults.Add(place, Fault.Missing, "a section with Limits, Tenants, Weight");
                continue;
            }

            LimitListFaults.Check(faults, $"{place}:Limits", tenantClass.Limits, LimitPlace.Tenant);
            if (!OptionBounds.Weight.Contains(tenantClass.Weight))
            {
                faults.Add($"{place}:Weight", Fault.Quote(tenantClass.Weight), OptionBounds.Weight.Right);
            }

            CheckMembers(faults, place, name, tenantClass, classOf);
            if (tenantClass.Tenants.Count == 0 && tenants.ClassOf is null)
            {
                faults.Add($"{place}:Tenants", Fault.Missing, "at least one tenant, or ClassOf set in code, since nobody could belong to the class");
            }
        }
    }

    private static void CheckMembers(FaultList faults, string path, string name, TenantClassOptions tenantClass, Dictionary<string, string> classOf)
    {
        for (var i = 0; i < tenantClass.Tenants.Count; i++)
        {
            var tenant = tenantClass.Tenants[i];
            if (string.IsNullOrWhiteSpace(tenant))
            {
                faults.Add($"{path}:Tenants:{i}", Fault.Quote(tenant), "the name of a tenant");
            }
            else if (!classOf.TryAdd(tenant, name))
            {
                faults.Add($"{path}:Tenants:{i}", Fault.Quote(tenant), $"a tenant of one class, once, since '{classOf[tenant]}' lists it already");
            }
        }
    }
}
