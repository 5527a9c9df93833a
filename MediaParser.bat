@echo off
rem Starts MediaParser from the folder this file lies in, wherever it is called from.
setlocal DisableDelayedExpansion
title MediaParser
set "MEDIAPARSER_BAT=1"
cd /d "%~dp0" || exit /b 1
"%~dp0MediaParser-launcher.exe" %*
