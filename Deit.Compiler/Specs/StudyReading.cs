using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>What reading a study gave.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Description">What it is to show; null where it does not say.</param>
/// <param name="Reference">The arm that others are compared with; null where there is none.</param>
/// <param name="Arms">The arms that could be read, in the order of the file.</param>
/// <param name="Findings">What is wrong with it, its arms' recipes included; empty where it can be used.</param>
public sealed record StudyReading(string Name, string? Description, string? Reference, EquatableArray<ArmReading> Arms, EquatableArray<Finding> Findings);

/// <summary>An arm, with what it takes from others.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Family">The arms that it is drawn with.</param>
/// <param name="Description">What is special about it; null where it does not say.</param>
/// <param name="Teacher">The arm whose weights teach it; null where it has no teacher.</param>
/// <param name="Seeds">The seeds of its runs; at least one, none twice.</param>
/// <param name="Recipe">
/// Its recipe. Of a teacher it says the model alone: the weights are those of a run, and no part of the file.
/// </param>
public sealed record ArmReading(string Name, string Family, string? Description, string? Teacher, EquatableArray<long> Seeds, TableReading Recipe);
