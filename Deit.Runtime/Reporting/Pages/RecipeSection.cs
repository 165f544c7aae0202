using Deit.Compiler.Specs;
using Deit.Training;

namespace Deit.Reporting.Pages;

/// <summary>A recipe with every key, as it was resolved.</summary>
internal static class RecipeSection
{
    /// <summary>The section.</summary>
    public static Section Draw(Recipe recipe)
    {
        SpecTable table = RecipeTable.FromRecipe(recipe);
        SpecTable defaults = RecipeTable.FromRecipe(Plain(recipe));
        IEnumerable<IGrouping<string, SpecEntry>> groups = table.Entries
            .Where(static entry => entry.Path is not ("name" or "description"))
            .GroupBy(static entry => TableOf(entry.Path));
        return new("recipe", "Recipe", Html.Of($"""
            <p class="note">Every key that has a value; those in bold are not the default.</p>
            <div class="columns">
            {groups.Select(group => Draw(defaults, group))}</div>
            <details><summary>recipe.yaml</summary><pre class="mono">{recipe.ToYaml()}</pre></details>
            """));
    }

    private static Html Draw(SpecTable defaults, IGrouping<string, SpecEntry> group) => Html.Of($"""
        <div class="card"><h3>{(group.Key.Length == 0 ? "run" : group.Key)}</h3><dl class="keys">{group.Select(entry => Draw(defaults, entry))}</dl></div>

        """);

    private static Html Draw(SpecTable defaults, SpecEntry entry)
    {
        string kind = Equals(entry.Value, defaults.Find(entry.Path)) ? "" : "set";
        return Html.Of($"""<dt>{entry.Path[(entry.Path.LastIndexOf('.') + 1)..]}</dt><dd class="{kind}">{RecipeYaml.Scalar(entry.Value)}</dd>""");
    }

    /// <summary>A recipe that states nothing but what it must.</summary>
    private static Recipe Plain(Recipe recipe) => new()
    {
        Name = recipe.Name,
        Student = new() { Model = "" },
        Teacher = recipe.Teacher is null ? null : new() { Model = "" },
    };

    private static string TableOf(string path) => path.Contains('.', StringComparison.Ordinal) ? path[..path.IndexOf('.', StringComparison.Ordinal)] : "";
}
