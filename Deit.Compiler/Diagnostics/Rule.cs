namespace Deit.Compiler.Diagnostics;

/// <summary>A rule that declarations are held to.</summary>
/// <param name="Id">Its number, DEITnnn.</param>
/// <param name="Title">What it says, in a few words.</param>
public sealed record Rule(string Id, string Title)
{
    /// <summary>The page that explains it, in the repository.</summary>
    public string HelpPage => $"docs/diagnostics/{Id}.md";
}
