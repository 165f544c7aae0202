namespace Deit.Testing;

/// <summary>What to do with code that differs from what was approved.</summary>
internal enum SnapshotMode
{
    /// <summary>Fail, and leave the received file to be looked at.</summary>
    Compare,

    /// <summary>Approve it.</summary>
    Accept,

    /// <summary>It was asked to be approved where nobody looks at it: fail.</summary>
    RefuseToAccept,
}

/// <summary>Reads the mode from the environment, the one place where a user states it.</summary>
internal static class SnapshotModes
{
    /// <summary>The variable that approves.</summary>
    public const string UpdateVariable = "UPDATE_SNAPSHOTS";

    private const string ContinuousIntegrationVariable = "CI";

    /// <summary>The mode of this process.</summary>
    public static SnapshotMode Current => Of(
        Environment.GetEnvironmentVariable(UpdateVariable),
        Environment.GetEnvironmentVariable(ContinuousIntegrationVariable));

    /// <summary>The mode for the values of the variables, null where they are not set.</summary>
    public static SnapshotMode Of(string? update, string? continuousIntegration)
    {
        if (update != "1") return SnapshotMode.Compare;
        bool unattended = string.Equals(continuousIntegration, "true", StringComparison.OrdinalIgnoreCase);
        return unattended ? SnapshotMode.RefuseToAccept : SnapshotMode.Accept;
    }
}
