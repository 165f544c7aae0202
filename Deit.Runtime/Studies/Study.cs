using System.Collections.Immutable;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;
using Deit.Training;

namespace Deit.Studies;

/// <summary>Recipes that have most in common, trained one after another to be compared: the content of a study's file.</summary>
public sealed record Study
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it is to show, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The name of the arm that all others are compared with, or null.</summary>
    public string? Reference { get; init; }

    /// <summary>What is compared, in the order of the file.</summary>
    public required ImmutableArray<StudyArm> Arms { get; init; }

    /// <summary>Reads a study's file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">What to change in the recipe of every arm, as <c>key.path=value</c>; the last word on a key holds.</param>
    /// <exception cref="DeitException">
    /// The file cannot be read, or what it says is wrong; the message has a line for every finding, as compilers print them.
    /// </exception>
    public static Study Load(string path, IEnumerable<string>? overrides = null)
    {
        StudyReading reading = StudyReader.Read(path, Recipe.ReadText(path), overrides ?? []);
        if (reading.Findings.Count > 0) throw Recipe.Refusal(reading.Findings);
        return new()
        {
            Name = reading.Name,
            Description = reading.Description,
            Reference = reading.Reference,
            Arms = [.. reading.Arms.Select(arm => new StudyArm
            {
                Name = arm.Name,
                Family = arm.Family,
                Description = arm.Description,
                Teacher = arm.Teacher,
                Seeds = [.. arm.Seeds],
                Recipe = new RecipePaths(arm.Recipe.Places, path).Resolve(RecipeTable.ToRecipe(arm.Recipe.Table)),
            })],
        };
    }

    /// <summary>The arm of that name.</summary>
    /// <exception cref="DeitException">There is none.</exception>
    public StudyArm Find(string name) =>
        Arms.FirstOrDefault(arm => arm.Name == name)
        ?? throw new DeitException($"The study '{Name}' has no arm '{name}'. {Suggestions.Sentence(name, Arms.Select(static arm => arm.Name))}");

    /// <summary>
    /// All runs in the order in which they are to be trained: the first seeds of all arms before any second one, so that there is
    /// something to look at early; within that in the order of the file, but a teacher before those that it teaches.
    /// </summary>
    /// <param name="only">The arms to train; their teachers are trained with them. Empty for all.</param>
    /// <exception cref="DeitException">There is no such arm.</exception>
    public ImmutableArray<StudyRunKey> Runs(params IReadOnlyCollection<string> only)
    {
        StudyArm[] wanted = only.Count == 0 ? [.. Arms] : [.. only.Select(Find)];
        var ordered = new List<StudyArm>();
        foreach (StudyArm arm in Arms.Where(wanted.Contains)) Add(arm);

        // Of an arm that was not asked for, the first seed is the one that teaches.
        IEnumerable<StudyRunKey> runs = ordered.SelectMany(arm => arm.Seeds.Take(wanted.Contains(arm) ? arm.Seeds.Length : 1).Select(seed => new StudyRunKey(arm, seed)));
        return [.. runs.OrderBy(static run => run.Arm.Seeds.IndexOf(run.Seed))];

        void Add(StudyArm arm)
        {
            if (arm.Teacher is { } teacher) Add(Find(teacher));
            if (!ordered.Contains(arm)) ordered.Add(arm);
        }
    }
}

/// <summary>One recipe of a study.</summary>
public sealed record StudyArm
{
    /// <summary>What it is called; its runs are kept under that name.</summary>
    public required string Name { get; init; }

    /// <summary>The arms that a curve of the report joins.</summary>
    public required string Family { get; init; }

    /// <summary>What is special about it, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The arm whose last weights teach it, those of its first seed; null where it learns from the labels alone.</summary>
    public string? Teacher { get; init; }

    /// <summary>The seeds of its runs; at least one.</summary>
    public required ImmutableArray<long> Seeds { get; init; }

    /// <summary>Its recipe, without a seed; of a teacher it names the model alone.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The recipe of one of its runs.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="teacher">The folder of the run that teaches; null where there is none.</param>
    public Recipe RecipeOf(long seed, string? teacher) => Recipe with
    {
        Student = Seeded(Recipe.Student, seed),
        Teacher = Recipe.Teacher is { } model ? Seeded(model, seed) with { Weights = teacher } : null,
    };

    private static ModelRecipe Seeded(ModelRecipe model, long seed) => model with { Training = model.Training with { Seed = seed } };
}

/// <summary>A run of a study.</summary>
/// <param name="Arm">Its arm.</param>
/// <param name="Seed">Its seed.</param>
public sealed record StudyRunKey(StudyArm Arm, long Seed);
