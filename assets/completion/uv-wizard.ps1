# Completion of uv-wizard for PowerShell. At each Tab it asks uv-wizard itself, so it never grows stale.
Register-ArgumentCompleter -Native -CommandName 'uv-wizard', 'uv-wizard.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { if ($null -ne $_.Value) { "$($_.Value)" } else { $_.Extent.Text } })
    # Behind a blank a new word begins; a word with a comma in it is one to us and several to PowerShell.
    $typed = ''
    if ($wordToComplete -ne '' -and $words.Count -gt 0) {
        $typed = $words[-1]
        $words = @($words | Select-Object -SkipLast 1)
    }
    $own = 0
    if ($typed.Length -gt $wordToComplete.Length -and $typed.EndsWith($wordToComplete)) {
        $own = $typed.Length - $wordToComplete.Length
    }
    # A colon before each word: Windows PowerShell leaves empty ones out.
    $asked = @($words + $typed | ForEach-Object { ":$_" })
    $ask, $before = 'none', 0
    foreach ($line in @(& $commandAst.GetCommandName() __complete @asked 2>$null)) {
        if ($line.StartsWith(':')) {
            $ask, $before, $null = $line.Substring(1) -split ' '
            continue
        }
        $word, $about = $line -split "`t", 2
        if (-not $about) { $about = $word }
        [System.Management.Automation.CompletionResult]::new($word.Substring($own), $word, 'ParameterValue', $about)
    }
    if ($ask -eq 'none') { return }
    $head = $typed.Substring($own, [Math]::Max(0, [int]$before - $own))
    foreach ($one in [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed.Substring([int]$before))) {
        if ($ask -eq 'folders' -and $one.ResultType -ne 'ProviderContainer') { continue }
        [System.Management.Automation.CompletionResult]::new($head + $one.CompletionText, $one.ListItemText, $one.ResultType, $one.ToolTip)
    }
}
